import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { annotateHandler } from '../../src/cli/check/annotate.ts';
import { checkTypes } from '../../src/cli/check/types.ts';
import { type Files, makeApp } from '../helpers/build.ts';

const GLOBALS = `
type Req = { params: { id: string } };
type Args<R extends string> = [req: Req, res: { status: number }, route: R];
type Handler<R extends string> = (...args: Args<R>) => unknown;
`;
const BARE = `export const route = 'GET /users/:id';
export async function handler(req, res) {
  const id: string = req.params.id; return req.params.nope + id;
}
`;

async function check(files: Files, handlers: Files): Promise<string[]> {
  const root = makeApp({ 'src/gati-env.d.ts': GLOBALS, ...files, ...handlers });
  const list = Object.entries(handlers).map(
    ([file, text]) =>
      [path.join(root, file), annotateHandler(file, text, 'GET /users/:id')] as const,
  );
  const found = await checkTypes({
    root,
    files: list.map(([file]) => file),
    insertions: new Map(list),
  });
  return found.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
  );
}

const HANDLER = { 'src/handlers/users.ts': BARE };
const NOPE =
  "src/handlers/users.ts:3:55 TS2339 Property 'nope' does not exist on type '{ id: string; }'.";
const tsconfig = (extra: object = {}): string =>
  JSON.stringify({
    compilerOptions: { strict: true, noEmit: true, types: [], skipLibCheck: true },
    include: ['src'],
    ...extra,
  });

describe('checkTypes', () => {
  test('types a bare handler and names places in its original text', async () => {
    expect(await check({ 'tsconfig.json': tsconfig() }, HANDLER)).toEqual([NOPE]);
  });

  test('checks an app without a tsconfig.json', async () => {
    expect(await check({}, HANDLER)).toEqual([NOPE]);
  });

  test('follows references and checks handlers that no tsconfig.json includes', async () => {
    const files = {
      'tsconfig.json':
        '{\n  // a solution\n  "files": [],\n  "references": [{ "path": "./tsconfig.app.json" },],\n}',
      'tsconfig.app.json': tsconfig({ include: ['src/page'] }),
      'src/page/main.ts':
        "import App from './App.vue';\nconst wrong: number = 'text';\nexport default App;\nexport { wrong };\n",
    };
    expect(await check(files, HANDLER)).toEqual([
      NOPE,
      "src/page/main.ts:2:7 TS2322 Type 'string' is not assignable to type 'number'.",
    ]);
  });

  test('checks handlers below a tsconfig.json that includes no file', async () => {
    expect(await check({ 'tsconfig.json': tsconfig({ include: ['web'] }) }, HANDLER)).toEqual([
      NOPE,
    ]);
  });

  test('reports an error of a tsconfig.json', async () => {
    const [first] = await check(
      {
        'tsconfig.json': tsconfig({
          compilerOptions: { strict: true, noEmit: true, types: [], target: 'es1' },
        }),
      },
      {},
    );
    expect(first).toMatch(/^tsconfig\.json:1:\d+ TS6046 /);
  });

  test('finds no error in a correct app', async () => {
    expect(
      await check(
        { 'tsconfig.json': tsconfig() },
        { 'src/handlers/users.ts': BARE.replace('.nope', '.id') },
      ),
    ).toEqual([]);
  });
});
