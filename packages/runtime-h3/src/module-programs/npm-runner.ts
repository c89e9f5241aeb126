/**
 * Program `dist/programs/npm-runner.mjs`: runs an `npm:` module in a separate process. Arguments:
 * the folder with `index.mjs` and `descriptor.json`, and the maximum bytes of an input.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDescriptor } from '../module-host/descriptor.ts';
import { CallProblem, requireCookie, type ServedModule, serveModule } from './serve-module.ts';

type Api = Record<string, (input: unknown) => unknown>;

/** The default export of a package with `defineModule`. */
interface Definition {
  setup(gctx: object): unknown;
  health?(api: unknown): unknown;
  dispose?(api: unknown): unknown;
}

requireCookie();
// The channel only passes connections. The supervisor would keep messages of a package in memory.
delete (process as { send?: unknown }).send;
try {
  const [folder = '.', mostInput = '0'] = process.argv.slice(2);
  const text = await readFile(path.join(folder, 'descriptor.json'), 'utf8');
  const descriptor = parseDescriptor('npm', JSON.parse(text));
  const file = path.resolve(folder, 'index.mjs');
  const loaded = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
  await serveModule({ descriptor, mostInput: Number(mostInput), ...(await setUp(loaded)) });
} catch (error) {
  console.error(error);
  process.exit(1);
}

async function setUp(
  loaded: Record<string, unknown>,
): Promise<Pick<ServedModule, 'call' | 'health' | 'close'>> {
  const definition = loaded['default'] as Partial<Definition> | undefined;
  const hasSetup = typeof definition?.setup === 'function';
  const ending = new AbortController();
  const gctx = { logger: console, signal: ending.signal, state: new Map<string, unknown>() };
  const api = (hasSetup ? await definition.setup!(gctx) : loaded) as Api;
  return {
    async call({ method, input }) {
      try {
        return await api[method]!(input);
      } catch (error) {
        throw toProblem(error);
      }
    },
    health: async () => (await definition?.health?.(api)) !== false,
    async close() {
      ending.abort();
      await definition?.dispose?.(api);
    },
  };
}

/** An error with a status and a code, such as an `HttpError`, is a problem. */
function toProblem(error: unknown): unknown {
  const { status, code, details } = (error ?? {}) as Partial<CallProblem> & { details?: unknown };
  const isStatus = Number.isInteger(status) && status! >= 400 && status! <= 599;
  if (!isStatus || typeof code !== 'string') return error;
  const { detail } = (details ?? {}) as { detail?: unknown };
  return new CallProblem(status!, code, typeof detail === 'string' ? detail : undefined);
}
