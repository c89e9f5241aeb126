import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, afterEach, expect, test } from 'vitest';
import { startProcess, stopProcesses } from '@gati/test-kit/processes';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { build, copyAway, type Files, makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

const APP: Files = {
  'src/lib/charge.ts': `interface Order { id: string }

/** Types and comments move the lines of the bundle. */
export function chargeOrder(order: Order): never {
  throw new RangeError('no money for ' + order.id);
}
`,
  'src/handlers/charge.ts': `import { chargeOrder } from '../lib/charge.ts';
export const route = 'GET /charge/:id';
export const handler: Handler<typeof route> = async (req) => {
  await undefined;
  return chargeOrder({ id: req.params.id });
};
`,
  'src/handlers/later.ts': `export const route = 'GET /later';
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  await gctx.effects.enqueue('mail', { to: 'ada' });
  return res.json({ ok: true });
};
`,
  'src/handlers/rejects.ts': `export const route = 'GET /rejects';
export const handler: Handler<typeof route> = () => {
  setTimeout(() => void Promise.reject(new Error('nobody waits')), 1);
  return { ok: true };
};
`,
  'src/effects/mail.ts': `export async function run(payload: { to: string }): Promise<void> {
  await undefined;
  throw new TypeError('no mail to ' + payload.to);
}
export const retry = { attempts: 1, delay: 1, factor: 1, max: 1 };
`,
  'src/modules/billing.ts': `import { defineModule } from '@gati/runtime-h3';
export default defineModule({
  setup: () => {
    if (process.env.FAIL_SETUP) throw new Error('no key');
    return {};
  },
});
`,
  'src/start.ts': `if (process.env.FAIL_START) throw new Error('no start');
export const started = true;
`,
  'src/handlers/start.ts': `import { started } from '../start.ts';
export const route = 'GET /start';
export const handler: Handler<typeof route> = () => ({ started });
`,
};

let dist: string;
let moved: string;

beforeAll(async () => {
  const app = makeApp(APP);
  ({ outDir: dist } = await build(app));
  moved = copyAway(dist);
});

const ENV = { ...process.env, WORKERS: '1' };
const INDEX = 'dist/server/index.mjs';

test('the log names the source of an error in a handler, an effect and a lost promise', async () => {
  const server = await startBuiltServer(moved, ENV);
  expect(await call(`${server.url}/charge/7`)).toMatchObject({ status: 500 });
  const [handler] = await server.waitForOutput(/.*"msg":"a request failed".*/);
  expect(handler).toContain('at chargeOrder (src/lib/charge.ts:5:');
  expect(handler).toContain('at src/handlers/charge.ts:5:');

  await call(`${server.url}/later`);
  const [effect] = await server.waitForOutput(/.*no mail to ada.*/);
  expect(effect).toContain('src/effects/mail.ts:3:');

  await call(`${server.url}/rejects`);
  const [lost] = await server.waitForOutput(/.*uncaught error: this worker ends.*/);
  expect(lost).toContain('src/handlers/rejects.ts:3:');
});

test.each([
  ['the setup of a module', { FAIL_SETUP: '1' }, 'src/modules/billing.ts:4:'],
  ['a module of the app', { FAIL_START: '1' }, 'src/start.ts:1:'],
])('a server that can not start names the source of an error in %s', async (_, env, place) => {
  const server = startProcess(process.execPath, [path.join(moved, INDEX)], {
    cwd: moved,
    env: { ...ENV, ...env, PORT: '0' },
  });
  await server.waitForOutput(/\n\s+at .*\.ts:\d+/);
  expect(server.stderr).toContain(place);
});

test('a build has maps for the code of the app alone, without its text and the place of the app', () => {
  const maps = fs
    .readdirSync(dist, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.map'));
  expect(maps).toEqual(['server/release.mjs.map']);
  const text = fs.readFileSync(path.join(dist, maps[0]!), 'utf8');
  expect(JSON.parse(text)).toMatchObject({
    sources: expect.arrayContaining(['../../src/lib/charge.ts']),
  });
  expect(text).not.toContain('no money for');
  expect(text).not.toContain(path.dirname(dist));
});
