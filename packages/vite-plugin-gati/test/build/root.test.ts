import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { runOrThrow, startProcess, stopProcesses } from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { call } from '@gati/test-kit/servers';
import { makeApp } from '../helpers/build.ts';

afterEach(stopProcesses);

// The published command: `npm test` builds it first.
const BIN = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');
const gati = async (cwd: string, ...args: string[]): Promise<string> =>
  (await runOrThrow(process.execPath, [BIN, ...args], { cwd })).stdout;

test('all commands use `root` of the Vite config, and the package.json above it', async () => {
  const app = makeApp({
    'package.json': JSON.stringify({ name: '@acme/shop', version: '3.4.5', type: 'module' }),
    'tsconfig.json': JSON.stringify({
      compilerOptions: {
        target: 'ES2023',
        module: 'ESNext',
        moduleResolution: 'bundler',
        strict: true,
        skipLibCheck: true,
        noEmit: true,
        types: ['node'],
        paths: { '@lib/*': ['./lib/*'] },
      },
      include: ['web/src', 'lib'],
    }),
    'lib/value.ts': 'export const value = (): { a: number } => ({ a: 1 });\n',
    'vite.config.ts': `import gati from 'vite-plugin-gati';\nexport default { root: 'web', plugins: [gati()] };\n`,
    'web/src/handlers/hello.ts': `import { value } from '@lib/value';
export const route = 'GET /hello';
export const handler: Handler<typeof route> = () => value();
`,
  });
  expect(JSON.parse(await gati(app, 'generate', '--json'))).toMatchObject({
    warnings: [],
    errors: [],
  });
  expect(await gati(app, 'check')).toContain('1 route checked, nothing found');
  // People copy the command in the folder where they build.
  expect(await gati(app, 'build')).toContain('node web/dist/server/index.mjs');
  const built = JSON.parse(await gati(app, 'build', '--json')) as Record<string, unknown>;
  expect(built).toMatchObject({
    name: '@acme/shop',
    version: '3.4.5',
    routes: ['GET /hello'],
    outDir: path.join(fs.realpathSync(app), 'web/dist'),
    sdk: path.join(fs.realpathSync(app), 'sdk/acme-shop-3.4.5.tgz'),
    warnings: [],
  });
  expect(fs.existsSync(built.sdk as string)).toBe(true);
  expect(fs.existsSync(path.join(app, 'web/sdk'))).toBe(false);
  expect(await gati(app, 'release')).toContain('3.4.5');
  expect(JSON.parse(await gati(app, 'releases', 'list', '--json'))).toMatchObject({
    releases: [{ version: '3.4.5' }],
  });
  expect(fs.existsSync(path.join(app, 'web/.gati/releases'))).toBe(true);
  // As in Vite, a folder on the command line replaces the root of the config.
  expect(await gati(app, 'check', '--root', 'web')).toContain('1 route checked');
  const dev = startProcess(process.execPath, [BIN, 'dev', '--port', '0'], { cwd: app });
  const [, url] = await dev.waitForOutput(/(http:\/\/\S+?)\/?\s/);
  expect(await call(`${url}/hello`)).toMatchObject({ status: 200, body: { a: 1 } });
});
