import { GatiError } from '@gati/contract';
import type { Failure } from './protocol.ts';

/** By primary result code of SQLite. */
const REASONS: Record<number, { why: string; fix: string }> = {
  5: {
    why: 'another process keeps it locked',
    fix: 'End the program that holds a transaction open on the file, such as a database tool.',
  },
  8: {
    why: 'the file is not writable',
    fix: 'Give this user the right to write to the file and its folder.',
  },
  10: {
    why: 'the disk failed or is full',
    fix: 'Check the disk and the limits of this user. All acknowledged jobs are stored.',
  },
  11: {
    why: 'the file is damaged',
    fix: 'Move the file aside and restore a copy, or recover it: `sqlite3 FILE .recover`.',
  },
  13: {
    why: 'the disk is full',
    fix: 'Free some space; the queue then goes on by itself. All acknowledged jobs are stored.',
  },
  14: {
    why: "SQLite can't open the file",
    fix: 'Name a file in a folder that this user may write to: GATI_EFFECTS=sqlite:PATH.',
  },
  26: {
    why: 'the file is not a SQLite database',
    fix: 'Name another file: GATI_EFFECTS=sqlite:PATH.',
  },
};

export function openError(path: string, { sqlite, message }: Failure): GatiError {
  const { why, fix } = REASONS[sqlite] ?? {
    why: message,
    fix: 'Run on Node 22.13 or later or install `libsql` where the server runs, or set GATI_EFFECTS=sqlite:PATH to a file that this user may write to.',
  };
  return new GatiError({
    code: 'GATI_EFFECTS_OPEN',
    message: `The queue ${path} can't be opened: ${why}${detail(why, message)}.`,
    fix,
  });
}

export function queryError(path: string, { sqlite, message }: Failure): GatiError {
  const { why, fix } = REASONS[sqlite] ?? {
    why: message,
    fix: 'Try again; this call stored nothing.',
  };
  return new GatiError({
    code: 'GATI_EFFECTS_STORE',
    message: `The queue ${path} could not store a change: ${why}${detail(why, message)}.`,
    fix,
  });
}

const detail = (why: string, message: string): string => (why === message ? '' : ` (${message})`);
