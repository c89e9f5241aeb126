import { randomBytes } from 'node:crypto';
import type { Bytes } from '../../data/native-sqlite.ts';
import type { Statements } from './statements.ts';

/**
 * Hashes per chunk. With longer chunks, each batch would write more pages; with shorter ones, each
 * search would read more rows.
 */
const CHUNK = 1024;

/**
 * Finds the rows of a trace. An index of random ids would write a page per request. Instead, each
 * chunk has the hashes of up to 1,024 traces and the range of ids in which their rows are; a search
 * reads all chunks, 4 bytes per trace.
 */
export interface TraceIndex {
  add(traceId: string, id: number): void;
  /** Writes what was added since the last call. */
  flush(): void;
}

/** Creates the writer. Valid until another connection or a rollback changes the file. */
export function createTraceIndex(on: Statements): TraceIndex {
  let chunk = lastChunk(on);
  let changed = false;
  const flush = (): void => {
    if (!changed) return;
    changed = false;
    on.run(
      'INSERT OR REPLACE INTO trace_chunks (id, low, high, seed, hashes) VALUES (?, ?, ?, ?, ?)',
      chunk.id,
      chunk.low,
      chunk.high,
      chunk.seed,
      new Uint8Array(Uint32Array.from(chunk.hashes).buffer),
    );
  };
  const add = (traceId: string, id: number): void => {
    const hash = hashOf(traceId, chunk.seed);
    if (!chunk.hashes.has(hash) && chunk.hashes.size === CHUNK) {
      flush();
      chunk = { id: chunk.id + 1, low: id, high: id, seed: newSeed(), hashes: new Set() };
      return add(traceId, id);
    }
    chunk.hashes.add(hash);
    chunk.low = Math.min(chunk.low, id);
    chunk.high = Math.max(chunk.high, id);
    changed = true;
  };
  return { add, flush };
}

interface Chunk {
  id: number;
  low: number;
  high: number;
  seed: number;
  hashes: Set<number>;
}

function lastChunk(on: Statements): Chunk {
  const [row] = on.all('SELECT * FROM trace_chunks ORDER BY id DESC LIMIT 1');
  if (!row) return { id: 1, low: Infinity, high: 0, seed: newSeed(), hashes: new Set() };
  return {
    id: row.id as number,
    low: row.low as number,
    high: row.high as number,
    seed: row.seed as number,
    hashes: new Set(toHashes(row.hashes as unknown as Bytes)),
  };
}

/** Random, so that a client that chooses its trace ids can't fill the index with equal hashes. */
const newSeed = (): number => randomBytes(4).readUInt32LE();

/** A copy: the bytes of SQLite may not be aligned. */
const toHashes = (bytes: Bytes): Uint32Array => new Uint32Array(new Uint8Array(bytes).buffer);

function hashOf(traceId: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < traceId.length; index++)
    hash = Math.imul(hash ^ traceId.charCodeAt(index), 0x01000193) ^ (hash >>> 15);
  return hash >>> 0;
}

/** Chunks per read: 2 MB. */
const READ = 500;

/** Returns the ranges of ids that may have rows of the trace, newest first. */
export function findTrace(on: Statements, traceId: string): { low: number; high: number }[] {
  const ranges: { low: number; high: number }[] = [];
  let before = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = on.all(
      'SELECT * FROM trace_chunks WHERE id < ? ORDER BY id DESC LIMIT ?',
      before,
      READ,
    );
    for (const { low, high, seed, hashes } of rows)
      if (toHashes(hashes as unknown as Bytes).includes(hashOf(traceId, seed as number)))
        ranges.push({ low: low as number, high: high as number });
    if (rows.length < READ) return ranges;
    before = rows.at(-1)!.id as number;
  }
}
