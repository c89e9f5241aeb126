import { expect, test } from 'vitest';
import { SERVER_ENTRIES, startChunk } from '../../src/build/start-chunks.ts';

const DIST = '/app/node_modules/@gati/runtime-h3/dist/';
const SERVER = `${DIST}server.mjs`;
const SUPERVISOR = `${DIST}supervisor-DMI5UxO9.mjs`;
const WORKER = `${DIST}worker-Bd2v6TK7.mjs`;
const PROOF = `${DIST}proof-DjuOQGJY.mjs`;
const COLLECTOR = `${DIST}collector-d0gMECnV.mjs`;

// In Vite, the id of a virtual module starts with a NUL.
const ENTRY = `\0${SERVER_ENTRIES.index}`;
const RELEASE = `\0${SERVER_ENTRIES.release}`;

/** Imports of each module: static ones, then dynamic ones. */
const GRAPH: Record<string, [string[], string[]?]> = {
  [ENTRY]: [[SERVER], [RELEASE]],
  [RELEASE]: [['handler', 'quote', 'literals']],
  [SERVER]: [['messages'], [SUPERVISOR, WORKER, PROOF, COLLECTOR, 'folder']],
  [SUPERVISOR]: [['messages', 'logger', 'pools', 'panel'], ['telemetry']],
  [WORKER]: [['logger', 'pipeline']],
  [PROOF]: [[WORKER, 'watchdog']],
  [COLLECTOR]: [['logger', 'panel', 'histogram']],
  messages: [[]],
  logger: [['folder', 'literals']],
  pools: [[]],
  panel: [[]],
  pipeline: [
    ['histogram', 'telemetry', 'quote'],
    ['watchdog', 'cookies'],
  ],
  watchdog: [[]],
  histogram: [[]],
  telemetry: [[]],
  quote: [[]],
  literals: [[]],
  handler: [[]],
  cookies: [[]],
  folder: [[]],
};

const graphOf = (modules: typeof GRAPH): Parameters<typeof startChunk>[1] => ({
  getModuleInfo(id) {
    const [importedIds, dynamicallyImportedIds = []] = modules[id] ?? [[]];
    return { importedIds, dynamicallyImportedIds } as never;
  },
});

test('modules that the same processes load when they start share a chunk', () => {
  const graph = graphOf(GRAPH);
  const chunks: Record<string, string[]> = {};
  for (const id of Object.keys(GRAPH)) {
    const name = startChunk(id, graph);
    if (name !== undefined) (chunks[name] ??= []).push(id);
  }
  expect(chunks).toEqual({
    start: [SERVER, 'messages', 'logger', 'folder'],
    'start-release': ['literals'],
    'worker-release': ['quote'],
    supervisor: [SUPERVISOR, 'pools'],
    'start-supervisor': ['panel'],
    worker: [WORKER, 'pipeline'],
    'start-worker': ['histogram', 'telemetry'],
  });
});

test('chunks are those of the bundler if the server entry is unknown', () => {
  const graph = graphOf({ [ENTRY]: [['/app/own-server.ts']], '/app/own-server.ts': [['logger']] });
  expect(startChunk('logger', graph)).toBeUndefined();
});
