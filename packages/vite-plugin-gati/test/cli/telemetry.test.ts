import { existsSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@gati/test-kit/wait';
import { createStyle } from '@gati/runtime-h3/command';
import { afterEach, expect, test, vi } from 'vitest';
import { createTelemetryCommands } from '../../src/cli/telemetry-command.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, startDev } from '../helpers/dev.ts';

let app: TestApp;
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  await app.dispose();
});

interface Ran {
  code: number;
  lines: string[];
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into what came
  document: any;
}

/** Runs `gati NAME` in the app. */
async function gati(name: string, args: Record<string, string> = {}): Promise<Ran> {
  const command = createTelemetryCommands().find((each) => each.name === name)!;
  const ran: Ran = { code: -1, lines: [], document: undefined };
  const { run } = await command.load();
  ran.code = await run({
    args: { root: app.root, ...args },
    rest: [],
    output: {
      json: true,
      style: createStyle(false),
      line: (text) => void ran.lines.push(text),
      document: (value) => void (ran.document = value),
      diagnostic: () => {},
    },
    onStop: () => {},
  });
  return ran;
}

test('the commands read the development server that runs in the folder', async () => {
  vi.stubEnv('GATI_TELEMETRY', '');
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  app = await createTestApp({
    'package.json': '{"name":"shop","version":"1.2.0"}',
    'src/handlers/orders/get.ts': `export const route = 'GET /orders/:id';
export const handler: Handler<typeof route> = (req, _res, _gctx, lctx) => {
  if (req.params.id === '0') throw new TypeError('no such order');
  lctx.logger.info('found it');
  return req.params.id;
};
`,
  });
  expect(await gati('traces')).toMatchObject({
    code: 2,
    document: { errors: [{ code: 'GATI_USAGE', message: expect.stringContaining('`gati dev`') }] },
  });

  const dev = await startDev(app.root);
  const file = path.join(app.root, '.gati/dev.json');
  try {
    await ask(dev, '/orders/7');
    await ask(dev, '/orders/0');
    await eventually(async () => expect((await gati('traces')).document.traces).toHaveLength(2));
    const { document, code } = await gati('traces', { status: '5xx', route: '/orders/:id' });
    expect(document.traces).toMatchObject([{ status: 500, path: '/orders/0' }]);
    const named = await gati('traces', { status: '5xx', route: 'GET /orders/:id' });
    expect(named.document).toEqual(document);
    const none = await gati('traces', { route: '/nowhere' });
    expect(none.lines).toEqual([expect.stringContaining('no records of the route /nowhere')]);
    expect(code).toBe(0);
    const [{ traceId }] = document.traces;
    const trace = await gati('trace', { id: traceId });
    expect(trace.document).toMatchObject({ traceId, requests: [{ status: 500 }] });
    expect(trace.lines.join('\n')).toContain('GET /orders/:id 500');
    expect((await gati('logs', { text: 'found it' })).document.logs).toMatchObject([
      { message: 'found it', level: 'info' },
    ]);
    expect((await gati('errors')).document.errors).toMatchObject([{ type: 'TypeError', count: 1 }]);
    expect((await gati('metrics')).document.metrics).toMatchObject([
      { method: 'GET', route: '/orders/:id', count: 2, errors: 1 },
    ]);
    const unknown = await gati('trace', { id: 'f'.repeat(32) });
    expect(unknown).toMatchObject({
      code: 1,
      document: { errors: [{ code: 'GATI_TRACE_UNKNOWN' }] },
    });
    expect((await gati('traces', { since: 'yesterday' })).code).toBe(2);
    // A trap for something that the sources do not have is armed with a note.
    const add = async (args: Record<string, string>): Promise<string[]> => {
      const { lines } = await gati('trap', { action: 'add', ...args });
      expect(lines.at(-1)).toMatch(/^armed .*servers know it within a second$/);
      return lines.slice(0, -1);
    };
    expect(await add({ route: '/orders/:id' })).toEqual([]);
    expect(await add({ route: 'GET /order/:id' })).toEqual([
      'the sources have no route /order/:id: did you mean /orders/:id?',
    ]);
    expect(await add({ effect: 'report' })).toEqual([
      'the sources have no effect report: `gati routes` lists all',
    ]);
    expect(existsSync(file)).toBe(true);
  } finally {
    await dev.close();
  }
  await eventually(() => expect(existsSync(file)).toBe(false));
});
