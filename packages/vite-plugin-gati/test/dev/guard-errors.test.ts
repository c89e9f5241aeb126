import { eventually } from '@gati/test-kit/wait';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const guard = (result: string): string =>
  `export const guard = ((req) => {\n  return ${result};\n}) satisfies Guard;\n`;
const ME = `export const route = 'GET /me';
export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => ({ user: lctx.user });
`;

async function start(files: Record<string, string>): Promise<void> {
  app = await createTestApp(files);
  // With the real analyzer, which knows the types of guards.
  dev = await startDev(app.root, { parts: {} });
}

/** First lines of what was logged, without times and addresses of pages. */
const logged = (): string[] =>
  dev.log
    .map((line) => stripVTControlCharacters(line).split('\n')[0] ?? '')
    .filter((line) => /GATI_|TS\d|repaired/.test(line));

test('a response to a wrong result of a guard names the file, the line and the result', async () => {
  await start({
    'src/handlers/_guard.ts': `// The check of all routes.\n\n${guard('false as never')}`,
    'src/handlers/me.ts': "export const route = 'GET /me';\nexport const handler = () => 'x';\n",
  });
  expect(await ask(dev, '/me')).toMatchObject({
    status: 500,
    body: {
      detail: 'A guard returned false, which has no fields for lctx.',
      file: 'src/handlers/_guard.ts',
      line: 3,
    },
  });
});

test('a guard that is emptied repairs nothing, and is repaired once it has a text', async () => {
  await start({
    'src/handlers/_guard.ts': guard("{ user: 'ada' }"),
    'src/handlers/me.ts': ME,
  });
  expect((await ask(dev, '/me')).body).toEqual({ user: 'ada' });
  // An edit before the watcher is ready is found late.
  await eventually(async () => expect(await app.read('.gati/openapi.json')).toContain('/me'));
  await app.write('src/handlers/_guard.ts', guard("{ name: 'ada' }"));
  await eventually(() => expect(logged().join()).toMatch(/me\.ts:2:\d+ TS2339: /));
  await eventually(() => expect(dev.sent.at(-1)?.type).toBe('error'));
  await app.write('src/handlers/_guard.ts', '');
  await eventually(async () => expect((await ask(dev, '/me')).status).toBe(500));
  await eventually(() => expect(logged().join('\n')).toContain('GATI_GUARD_MISSING'));
  await app.write('src/handlers/_guard.ts', guard("{ user: 'ada' }"));
  await eventually(async () => expect((await ask(dev, '/me')).body).toEqual({ user: 'ada' }));
  await eventually(() => {
    const repaired = logged().filter((line) => line.startsWith('repaired'));
    expect(
      repaired
        .join()
        .match(/me\.ts|_guard\.ts/g)
        ?.sort(),
    ).toEqual(['_guard.ts', 'me.ts']);
  });
  const first = logged().findIndex((line) => line.startsWith('repaired'));
  expect(logged().findIndex((line) => line.includes('GATI_GUARD_MISSING'))).toBeLessThan(first);
});

test.each([
  ['a name that does not exist', 'return { items: missing() };', 'TS2304'],
  ['a member that does not exist', 'return { items: [1].missing };', 'TS2339'],
])("a contract with %s shows TypeScript's own error, once", async (_what, body, code) => {
  await start({
    'src/handlers/bad.ts': `export const route = 'GET /bad';\nexport const handler = async () => {\n  ${body}\n};\n`,
  });
  await ask(dev, '/bad');
  const findings = (): string[] =>
    logged().flatMap((line) => /^(\S+?):(\d+):\d+ (\w+):/.exec(line)?.slice(1).join(' ') ?? []);
  await eventually(() => expect(findings()).toContain(`src/handlers/bad.ts 3 ${code}`));
  // The check of types runs after the files are written.
  await eventually(async () => expect(await app.read('.gati/openapi.json')).toContain('/bad'));
  await eventually(() => expect(dev.sent.at(-1)?.type).toBe('error'));
  expect(findings()).toEqual([`src/handlers/bad.ts 3 ${code}`]);
});
