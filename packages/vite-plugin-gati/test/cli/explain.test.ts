import fs from 'node:fs';
import path from 'node:path';
import { type ProcessResult, runProcess } from '@gati/test-kit/processes';
import { root as repository } from '@gati/test-kit/repository';
import { describe, expect, test } from 'vitest';

// The published command: `npm test` builds it first.
const BIN = path.join(repository, 'packages/vite-plugin-gati/dist/cli.mjs');
const explain = (...args: string[]): Promise<ProcessResult> =>
  runProcess(process.execPath, [BIN, 'explain', ...args], { cwd: repository });

const pages = path.join(repository, 'docs/errors');
const page = (name: string): string =>
  fs.readFileSync(path.join(pages, `${name}.md`), 'utf8').trimEnd();
const codes = fs
  .readdirSync(pages)
  .flatMap((name) => /^(GATI_\w+)\.md$/.exec(name)?.[1] ?? [])
  .sort();

describe('gati explain', () => {
  test.each(['GATI_BAD_ENV', 'gati_bad_env'])('prints the page of %s', async (code) => {
    expect(await explain(code)).toEqual(
      expect.objectContaining({ code: 0, stdout: `${page('GATI_BAD_ENV')}\n`, stderr: '' }),
    );
  });

  test('prints the page in a document with --json', async () => {
    const done = await explain('GATI_BAD_ENV', '--json');
    expect(done.code).toBe(0);
    expect(JSON.parse(done.stdout)).toEqual({ code: 'GATI_BAD_ENV', page: page('GATI_BAD_ENV') });
  });

  test('lists all codes when called without one', async () => {
    const [done, json] = await Promise.all([explain(), explain('--json')]);
    expect(done).toMatchObject({ code: 0, stdout: `${page('index')}\n` });
    expect(JSON.parse(json.stdout)).toEqual({ codes });
  });

  test.each([
    ['GATI_BAD_EVN', 'Did you mean `gati explain GATI_BAD_ENV`?'],
    ['GATI_SOMETHING_ELSE_ENTIRELY', 'List all codes with `gati explain`.'],
    ['../../package', 'List all codes with `gati explain`.'],
  ])('ends with exit code 2 for %s, which is not a code', async (code, fix) => {
    const done = await explain(code);
    expect(done).toMatchObject({ code: 2, stdout: '' });
    expect(done.stderr).toContain(`there is no error code \`${code.toUpperCase()}\``);
    expect(done.stderr).toContain(fix);
  });
});
