import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runProcess, stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { type ServerProcess, startDevServer } from '@gati/test-kit/servers';
import { toExamples } from './examples.ts';

const bin = (file: string): string => path.join(root, 'node_modules', file);
const pages = [
  'README.md',
  ...fs
    .readdirSync(path.join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
]
  .sort()
  .map((page) => ({ page, ...toExamples(fs.readFileSync(path.join(root, page), 'utf8')) }))
  .filter(({ files }) => files.size > 0);

test('the pages that must have examples have them', () => {
  expect(pages.map(({ page }) => page)).toEqual(
    expect.arrayContaining([
      'README.md',
      'docs/guide/getting-started.md',
      'docs/guide/handlers.md',
      'docs/guide/testing.md',
      'docs/concepts/contract.md',
    ]),
  );
});

/** The files of a page make one app, with what the minimal template has beside handlers. */
describe.each(pages)('$page', ({ files, requests }) => {
  let app: string;
  const env = {
    ...process.env,
    VITEST: undefined,
    NODE_ENV: undefined,
    SECRET_KEY: 'not-so-secret',
  } as NodeJS.ProcessEnv;

  beforeAll(async () => {
    app = copyApp('templates/minimal');
    for (const own of ['src/handlers', 'test']) fs.rmSync(path.join(app, own), { recursive: true });
    for (const [file, text] of files) {
      fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
      fs.writeFileSync(path.join(app, file), text);
    }
    await runOrThrow(
      process.execPath,
      [path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs'), 'generate'],
      { cwd: app, env },
    );
  });
  afterEach(stopProcesses);
  afterAll(() => fs.rmSync(app, { recursive: true, force: true }));

  test('types', async () => {
    const checked = await runProcess(
      process.execPath,
      [bin('typescript-7/bin/tsc'), '--noEmit', '--types', 'node,vite/client'],
      {
        cwd: app,
        env,
      },
    );
    expect(checked.stdout).toBe('');
  });

  test.skipIf(![...files.keys()].some((file) => file.endsWith('.test.ts')))(
    'its tests',
    async () => {
      await runOrThrow(process.execPath, [bin('vitest/vitest.mjs'), 'run'], { cwd: app, env });
    },
  );

  describe.skipIf(requests.length === 0)('requests', () => {
    let server: ServerProcess;
    test('serves', async () => {
      server = await startDevServer(app, env, [process.execPath, bin('vite/bin/vite.js')]);
      for (const { method, path: target, headers, body, answer } of requests) {
        const response = await fetch(server.url + target, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
        });
        expect(normal(await response.text()), `${method} ${target}`).toEqual(normal(answer));
      }
    });
  });
});

/** JSON as a value, so that a page may break lines. */
function normal(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text.trim();
  }
}
