import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Analyzed, analyzeRoutes, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

const HANDLER = 'export const handler = () => {};';

/** Route, declaration, and a part of the warning. */
const WRONG: Record<string, [route: string, declared: string, says: string]> = {
  otherName: [
    'GET /w/:id',
    'export type Params = { idd: string };',
    '`idd` is required, but the path has no such parameter',
  ],
  noParams: [
    'GET /w',
    'export interface Params { id: string }',
    '`id` is required, but the path has no such parameter',
  ],
  oneMore: [
    'GET /w/:id/*rest',
    'type Both = { id: string } & { more: number };\nexport type Params = Both;',
    '`more` is required',
  ],
  zodParams: [
    'GET /w/:id',
    "import { z } from 'zod';\nexport const params = z.object({ ID: z.string() });",
    '`ID` is required',
  ],
  getBody: [
    'GET /w',
    'export type Body = { a: string };',
    "a GET has no body: `fetch` can't send one",
  ],
  headBody: [
    'HEAD /w',
    'export type Body = { a: string };',
    "a HEAD has no body: `fetch` can't send one",
  ],
  fileAlone: ['POST /w', 'export type Body = File;', 'it is a file alone'],
  fileMaybe: ['POST /w', 'export type Body = File | undefined;', 'it is a file alone'],
  files: ['POST /w', 'export type Body = File[];', 'it is an array'],
  fileInObject: [
    'POST /w',
    'export type Body = { file: File; meta: { file: File } };',
    '`meta` contains a file',
  ],
  listQuery: ['GET /w', 'export type Query = string[];', 'it is an array'],
  fileQuery: ['GET /w', 'export type Query = { file: File };', '`file` is a file'],
  optionalFileQuery: ['GET /w', 'export type Query = { file?: File };', '`file` is a file'],
  fileHeaders: ['GET /w', "export type Headers = { 'x-a': File[] };", '`x-a` is a file'],
  nullParams: ['GET /w/:id', 'export type Params = { id: string | null };', '`id` may be `null`'],
  restList: ['GET /w/*rest', 'export type Params = { rest: string[] };', '`rest` is not a string'],
  recordOfFiles: ['GET /w', 'export type Query = Record<string, File>;', 'each further field is a'],
};

const RIGHT: Record<string, [route: string, declared: string]> = {
  same: ['GET /w/:id/*rest', 'export type Params = { id: number; rest: string };'],
  optional: ['GET /w/:id', 'export type Params = { id: string; tab?: string };'],
  fewer: ['GET /w/:id/:tab', 'export type Params = { id: string };'],
  union: ['GET /w/:id', 'export type Params = { id: string } | { other: string };'],
  literal: ['GET /w/:id', "export type Params = { id: 'a' | 'b' | 1 };"],
  query: [
    'GET /w',
    "export type Query = { a: string; b: number[]; c: Date; d: bigint; e: Set<string>; f: unknown; g: { x: 1 } | string; h: 'x'; i?: { j: 1 }; k: boolean | null };",
  ],
  record: ['GET /w', 'export type Query = Record<string, string>;'],
  brand: ['GET /w', "export type Query = { a: string & { readonly __brand: 'A' } };"],
  maybeBody: ['GET /w', 'export type Body = { a: string } | undefined;'],
  deleteBody: ['DELETE /w', 'export type Body = { a: string };'],
  jsonBody: ['POST /w', 'export type Body = { a: { b: string }[] } | string[];'],
  form: [
    'POST /w',
    'export type Body = { file: File; more: File[]; tags: string[]; at: Date; meta?: { a: number } };',
  ],
  deepParams: ['GET /w/:id', 'export type Params = { id: { a: number } };'],
  deepQuery: [
    'GET /w',
    'interface Deep { a: number }\nexport interface Query { deep: Deep | Deep[]; lists: string[][]; f: [number, string] }',
  ],
  deepHeaders: ['GET /w', "export type Headers = { 'x-a': { b: string } };"],
  fileAndObject: ['POST /w', 'export type Body = { file: File; meta: { a: number } };'],
  eitherForm: ['POST /w', 'export type Body = { file: File } | { a: { b: string } };'],
  zod: [
    'GET /w/:id',
    "import { z } from 'zod';\nexport const params = z.object({ id: z.coerce.number() });\nexport const query = z.object({ a: z.string().optional(), b: z.coerce.date() });",
  ],
  socket: [
    'WS /w/:id',
    'export type Receive = { deep: { a: 1 } };\nexport const socket: Socket<typeof route> = { message() {} };',
  ],
};

/** With a title that shows what is declared. */
const cases = (texts: Record<string, readonly [route: string, declared: string, says?: string]>) =>
  Object.entries(texts).map(([name, [route, declared, says = '']]) => ({
    title: `${route}, ${declared.split('\n').join(' ')}`,
    name,
    declared,
    says,
  }));

describe.each(ENGINES)('input that no request can contain (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    const texts = Object.entries({ ...WRONG, ...RIGHT }).map(([name, [route, declared]], index) => {
      const [method, path] = route.split(' ');
      return [
        name,
        [
          `${method} /${index}${path}`,
          `${declared}\n${declared.includes('socket') ? '' : HANDLER}`,
        ],
      ] as const;
    });
    app = await analyzeRoutes(engine, Object.fromEntries(texts) as RouteTexts);
  });
  afterAll(() => app.close());

  const found = (name: string): object[] =>
    app.of(name).warnings.filter(({ code }) => code === 'GATI_REQUEST_MISFIT');

  test.each(cases(WRONG))('is reported: $title', ({ name, declared, says }) => {
    const line = declared.split('\n').findIndex((text) => text.startsWith('export ')) + 2;
    expect(found(name)).toMatchObject([
      {
        level: name.endsWith('Body') ? 'warning' : 'error',
        message: expect.stringContaining(says),
        file: `src/handlers/${name}.ts`,
        line,
      },
    ]);
  });
  test.each(cases(RIGHT))('does not include $title', ({ name }) => expect(found(name)).toEqual([]));
});
