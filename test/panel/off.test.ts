import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { call, startBuiltServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';

/** Bytes by which the options in the entries may differ. */
const OPTIONS = 200;
const OFF = { GATI_PANEL: 'off', GATI_TELEMETRY: 'off' };

afterEach(() => stopProcesses());

async function build(options: string): Promise<string> {
  const app = copyApp('templates/minimal');
  const config = `import { defineConfig } from 'vite';
import gati from 'vite-plugin-gati';
export default defineConfig({ plugins: [gati(${options})] });
`;
  fs.writeFileSync(path.join(app, 'vite.config.ts'), config);
  const vite = path.join(root, 'node_modules/vite/bin/vite.js');
  await runOrThrow(process.execPath, [vite, 'build', '--logLevel', 'warn'], { cwd: app });
  return app;
}

/** Files of the server that each process loads until it has responded to a request. */
async function loadedBy(
  app: string,
  env: Record<string, string>,
): Promise<{ names: string[]; bytes: number }[]> {
  const coverage = temporaryFolder('coverage');
  const all = { GATI_WORKERS: '1', NODE_V8_COVERAGE: coverage, ...env };
  const server = await startBuiltServer(app, { ...process.env, ...all });
  if (env['GATI_PANEL'] !== 'off') await server.waitForOutput(/"msg":"panel"/);
  await call(`${server.url}/`);
  await server.stop();
  const own = path.join(app, 'dist/server') + path.sep;
  return fs
    .readdirSync(coverage)
    .map((file) => {
      const { result } = JSON.parse(fs.readFileSync(path.join(coverage, file), 'utf8')) as {
        result: { url: string }[];
      };
      const files = result
        .filter(({ url }) => url.startsWith('file:'))
        .map(({ url }) => fileURLToPath(url))
        .filter((each) => each.startsWith(own));
      return {
        // The last part of a name is the hash of the content.
        names: files.map((each) => path.basename(each).replace(/-[\w-]{8}\.mjs$/, '')).toSorted(),
        bytes: files.reduce((sum, each) => sum + fs.statSync(each).size, 0),
      };
    })
    .toSorted((a, b) => a.names.length - b.names.length);
}

test('a server with panel and telemetry off loads the same files as a server without the panel', async () => {
  const [app, withoutPanel] = [await build(''), await build('{ panel: false }')];
  const off = await loadedBy(app, OFF);
  const without = await loadedBy(withoutPanel, OFF);
  expect(off).toHaveLength(2);
  expect(off.map(({ names }) => names)).toEqual(without.map(({ names }) => names));
  for (const [at, { bytes }] of off.entries())
    expect(Math.abs(bytes - without[at]!.bytes)).toBeLessThan(OPTIONS);
  // The measurement sees what the panel loads.
  const on = await loadedBy(app, { GATI_PANEL: 'on' });
  expect(on).toHaveLength(3);
  expect(on.flatMap(({ names }) => names).some((name) => name.startsWith('panel'))).toBe(true);
});
