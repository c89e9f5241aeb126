import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { copyApp } from '@gati/test-kit/apps';
import { runOrThrow, runProcess, stopProcesses } from '@gati/test-kit/processes';
import { root } from '@gati/test-kit/repository';
import { startDevServer } from '@gati/test-kit/servers';
import { docsPages, readPage } from './helpers/pages.ts';
import { readExamples } from './helpers/read-examples.ts';

const bin = (file: string): string => path.join(root, 'node_modules', file);
const pages = ['README.md', ...docsPages]
  .map((page) => ({ page, ...readExamples(readPage(page)) }))
  .filter(({ files }) => files.size > 0);

test('the README and the guide have runnable examples', () => {
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

/** The files of a page replace the handlers and the tests of the template minimal. */
describe.each(pages)('the examples of $page', ({ files, requests }) => {
  let app: string;
  const env = {
    ...process.env,
    VITEST: undefined,
    NODE_ENV: undefined,
    SECRET_KEY: 'not-so-secret',
  } as NodeJS.ProcessEnv;
  let generated: { warnings: { code: string; message: string }[] };
  const hasTests = [...files.keys()].some((file) => file.endsWith('.test.ts'));

  beforeAll(async () => {
    app = copyApp('templates/minimal');
    for (const folder of ['src/handlers', 'test'])
      fs.rmSync(path.join(app, folder), { recursive: true });
    for (const [file, text] of files) {
      fs.mkdirSync(path.dirname(path.join(app, file)), { recursive: true });
      fs.writeFileSync(path.join(app, file), text);
    }
    // `gati generate` writes nothing for an app without handlers.
    fs.mkdirSync(path.join(app, 'src/handlers'), { recursive: true });
    const { stdout } = await runOrThrow(
      process.execPath,
      [path.join(root, 'packages/vite-plugin-gati/dist/cli.mjs'), 'generate', '--json'],
      { cwd: app, env },
    );
    generated = JSON.parse(stdout) as typeof generated;
  });
  afterEach(stopProcesses);

  test('the rules in doc comments of the examples have an effect', () => {
    expect(generated.warnings.filter(({ code }) => code === 'GATI_DOC_RULE')).toEqual([]);
  });

  test('the examples have no type errors', async () => {
    const { stdout } = await runProcess(
      process.execPath,
      [bin('typescript-7/bin/tsc'), '--noEmit', '--types', 'node,vite/client'],
      { cwd: app, env },
    );
    expect(stdout).toBe('');
  });

  test.skipIf(!hasTests)('pass their own tests', async () => {
    await runOrThrow(process.execPath, [bin('vitest/vitest.mjs'), 'run'], { cwd: app, env });
  });

  test.skipIf(requests.length === 0)('give the responses that the page shows', async () => {
    const server = await startDevServer(app, env, [process.execPath, bin('vite/bin/vite.js')]);
    for (const { method, path: target, headers, body, response: expected } of requests) {
      const response = await fetch(server.url + target, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
      expect(parseIfJson(await response.text()), `${method} ${target}`).toEqual(
        parseIfJson(expected),
      );
    }
  });
});

/** Compares JSON by value, so that a page may break its lines. */
function parseIfJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text.trim();
  }
}
