import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { outDirError } from '../../src/build/out-dir.ts';
import { build, makeApp } from '../helpers/build.ts';

const HANDLER = 'src/handlers/hello.ts';
const HELLO = {
  [HANDLER]:
    "export const route = 'GET /hello';\nexport const handler: Handler<typeof route> = () => ({ ok: true });\n",
};

describe('the output folder', () => {
  const app = makeApp(HELLO);
  // The packages are shared with other tests, which may write beside them.
  const files = (): string[] => [
    ...fs.readdirSync(app),
    ...fs.readdirSync(path.join(app, 'src'), { recursive: true }).map(String),
  ];
  fs.symlinkSync(path.join(app, 'src'), path.join(app, 'link'), 'dir');

  test.each([
    '.',
    '..',
    '/',
    'src',
    'src/',
    'src/handlers',
    'src/handlers/out',
    'src/modules',
    'src/effects',
    'link',
    'link/handlers',
  ])("the output folder can't be %s", (outDir) =>
    expect(outDirError(app, path.resolve(app, outDir))).toMatchObject({
      fix: expect.stringContaining('`dist`'),
    }),
  );
  test.each(['dist', 'src/out', 'src/handlers-out', '..dist', '../elsewhere', 'build/src'])(
    'the output folder can be %s',
    (outDir) => expect(outDirError(app, path.resolve(app, outDir))).toBeUndefined(),
  );

  test.each([
    ['build.outDir src', { build: { outDir: 'src' } }],
    ['build.outDir .', { build: { outDir: '.' } }],
    ['build.outDir src without emptying', { build: { outDir: 'src', emptyOutDir: false } }],
    ['one of another environment', { environments: { worker: { build: { outDir: 'src' } } } }],
  ])(
    'an output folder with sources is rejected before a folder is emptied: %s',
    async (_, config) => {
      const before = files();
      await expect(build(app, config)).rejects.toMatchObject({
        code: 'GATI_OUT_DIR',
        message: expect.stringContaining('output folder'),
      });
      expect(files()).toEqual(before);
      expect(fs.readFileSync(path.join(app, HANDLER), 'utf8')).toBe(HELLO[HANDLER]);
    },
  );
});
