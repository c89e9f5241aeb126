import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../../src/analyze/analyzer.ts';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  print,
  printed,
  type Project,
  toRoute,
  toScan,
} from '../helpers/project.ts';
import { BODIES } from './cases/bodies.ts';
import { DECLARED } from './cases/declared.ts';
import { ERRORS } from './cases/errors.ts';
import { ESCAPES } from './cases/escapes.ts';
import { HELPERS } from './cases/helpers.ts';
import { PATHS } from './cases/paths.ts';
import { SENDING } from './cases/sending.ts';

const RESPONSES = [...SENDING, ...HELPERS, ...ERRORS, ...PATHS, ...BODIES, ...ESCAPES, ...DECLARED];

/** Files that the handlers import. */
const LIBRARY: Record<string, string> = {
  'src/errors.ts': `
import { HttpError } from '@gati/runtime-h3';
export class NotFound extends HttpError<404> {
  constructor(what: string) { super(404, 'not_found', { what }); }
}
export class Gone extends NotFound {}
export class Teapot extends HttpError {
  constructor(code: 'short' | 'stout', size: number) { super(418, code, { size }); }
}
export function notFound(what: string): never { throw new NotFound(what); }
export const forbidden = (): never => { throw new HttpError(403, 'forbidden'); };
export function makeError() { return new HttpError(402, 'pay_first', { amount: 3 }); }
export function assertNever(value: never): never { throw new Error('unreachable ' + String(value)); }
export function deep(id: string) { return deeper(id); }
function deeper(id: string) { if (id === '') throw new HttpError(422, 'empty_id'); return { id }; }
export function even(n: number): boolean { if (n < 0) throw new HttpError(400, 'negative'); return n === 0 || odd(n - 1); }
export function odd(n: number): boolean { if (n > 1000) throw new HttpError(413, 'too_far'); return n !== 0 && even(n - 1); }
export function checked(status: 404 | 410) { throw new HttpError(status, 'checked'); }
`,
  'src/reply.ts': `
export function fail(res: Res, status: number, error: string) { res.status = status; return res.json({ error }); }
export const created = <T,>(res: Res, data: T) => { res.status = 201; return res.json({ data }); };
export function list<T>(res: Res, items: T[]): unknown { return res.json({ items, first: items[0] }); }
export async function slow(res: Res) { await Promise.resolve(); res.status = 203; return res.json({ slow: true }); }
export function withRes({ res, id }: { res: Res; id: string }) { res.status = 206; return res.json({ id }); }
export function guarded(handler: (req: Req, res: Res) => unknown) {
  return async (req: Req, res: Res) => {
    if (!req.headers.authorization) { res.status = 401; return res.json({ error: 'NoToken' }); }
    return handler(req, res);
  };
}
export function loop(res: Res, n: number): unknown { if (n > 0) return loop(res, n - 1); return res.json({ n }); }
`,
  'src/types.ts': `
export interface User { id: string; name: string; email?: string }
export type Result = { ok: true; user: User } | { ok: false; reason: 'missing' | 'banned' };
export interface Tree { value: number; children: Tree[] }
export interface Page<T> { items: T[]; next: string | null }
export enum Color { Red = 'red', Blue = 'blue' }
export enum Http { Ok = 200, Missing = 404 }
export declare function load(id: string): Promise<User | undefined>;
export declare function result(): Promise<Result>;
export declare function users(): Promise<User[]>;
export declare function anything(): any;
export declare function unknownThing(): unknown;
export declare function give(...things: unknown[]): void;
export declare function run(callback: () => void): void;
export declare function kind(): 'a' | 'b' | 'c';
`,
};

const PRELUDE = `
import { HttpError } from '@gati/runtime-h3';
import * as errors from '../errors.ts';
import { NotFound, Gone, Teapot, notFound, forbidden, makeError, assertNever, deep, even, checked } from '../errors.ts';
import { fail, created, list, slow, withRes, guarded, loop } from '../reply.ts';
import { type User, type Result, type Tree, type Page, Color, Http, load, result, users, anything, unknownThing, give, run, kind } from '../types.ts';
`;

for (const engine of ENGINES) {
  describe(`responses of a handler (${engine})`, () => {
    let project: Project;
    let analyzer: Analyzer;
    const cases = RESPONSES.map((each, index) => {
      const id = `${each.method ?? 'GET'} /c${index}/:id`;
      const body =
        each.whole ??
        `export const handler: Handler<typeof route> = async (req, res, gctx, lctx) => {\n${each.code}\n};`;
      const text = `${PRELUDE}export const route = '${id}';\n${each.before ?? ''}\n${body}\n`;
      const file = `src/handlers/c${index}.ts`;
      return { each, text, route: toRoute(file, text, id) };
    });
    beforeAll(async () => {
      project = makeProject({
        ...LIBRARY,
        ...Object.fromEntries(cases.map(({ route, text }) => [route.file, text])),
      });
      analyzer = await openAnalyzer(project, { engine });
      void analyzer.analyze(toScan(cases.map(({ route }) => route))).catch(() => {});
    });
    afterAll(async () => {
      await analyzer.close();
      project.remove();
    });
    for (const { each, route } of cases) {
      test(`infers the responses: ${each.name}`, async () => {
        const { contract, $defs, warnings } = await analyzer.route(route);
        expect({
          responses: printed(contract.responses, $defs),
          warnings: warnings.map(({ code }) => code),
        }).toEqual({
          responses: each.expect,
          warnings: each.warnings ?? [],
        });
        if (each.defs)
          expect(
            Object.fromEntries(
              Object.entries($defs).map(([name, schema]) => [name, print(schema)]),
            ),
          ).toEqual(each.defs);
      });
    }
  });
}
