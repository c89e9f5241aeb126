import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Analyzed, analyzeRoutes, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES, print } from '../helpers/project.ts';

const HANDLER = 'export const handler: Handler<typeof route> =';
const IMPORTS = `import { HttpError } from '@gati/runtime-h3';
declare function count(): Promise<number>;
declare function state(): 'hit' | 'miss';
declare function give(...things: unknown[]): void;
const TOTAL = 'X-Total';
function page(res: Res, total: number) { res.headers.set('x-pages', \`\${total}\`); }
`;

interface HeaderCase {
  code: string;
  expect: Record<string, string | undefined>;
  warnings?: string[];
}

/** What a handler does, and the headers of its responses as TypeScript, by status. */
const CASES: Record<string, HeaderCase> = {
  'sets a header with a constant name': {
    code: `${HANDLER} async (req, res) => { res.headers.set(TOTAL, String(await count())); return []; };`,
    expect: { 200: "{ 'x-total': number }" },
  },
  'sets a header on one path': {
    code: `${HANDLER} (req, res) => { if (req.query.a) res.headers.set('x-a', 'yes'); return { ok: true }; };`,
    expect: { 200: "{ 'x-a'?: string }" },
  },
  'sets headers of one status': {
    code: `${HANDLER} (req, res) => { if (req.query.a) { res.status = 201; res.headers.set('location', '/x'); return { a: 'a' }; } return { b: 'b' }; };`,
    expect: { 200: undefined, 201: '{ location: string }' },
  },
  'sets a header with other texts on two paths': {
    code: `${HANDLER} (req, res) => { res.headers.set('cache-control', req.query.a ? 'no-store' : 'max-age=60'); return { ok: true }; };`,
    expect: { 200: "{ 'cache-control': string }" },
  },
  'sets a header of a union type': {
    code: `${HANDLER} (req, res) => { res.headers.set('x-cache', state()); return { ok: true }; };`,
    expect: { 200: "{ 'x-cache': 'hit' | 'miss' }" },
  },
  'sets a header through a function': {
    code: `${HANDLER} async (req, res) => { page(res, await count()); return []; };`,
    expect: { 200: "{ 'x-pages': number }" },
  },
  'sets a header in a loop': {
    code: `${HANDLER} (req, res) => { for (const each of ['a', 'b']) res.headers.append('link', each); return []; };`,
    expect: { 200: '{ link?: string }' },
  },
  'removes a header': {
    code: `${HANDLER} (req, res) => { res.headers.set('x-a', 'a'); res.headers.delete('X-A'); return []; };`,
    expect: { 200: undefined },
  },
  'sets headers of the framing, the content type and computed names': {
    code: `${HANDLER} (req, res) => { res.headers.set('content-length', '3'); res.headers.set('content-type', 'text/csv'); res.headers.set(req.path, 'a'); return 'a'; };`,
    expect: { 200: undefined },
  },
  'sets a cookie and redirects': {
    code: `${HANDLER} (req, res) => { res.cookie('sid', 'x'); return res.redirect('/login'); };`,
    expect: { 302: "{ 'set-cookie': string; location: string }" },
  },
  'throws an error with headers': {
    code: `${HANDLER} (req, res) => { res.headers.set('x-a', 'a'); if (req.query.a) throw new HttpError(429, 'slow_down', undefined, { headers: { 'Retry-After': '10' } }); return []; };`,
    expect: { 200: "{ 'x-a': string }", 429: "{ 'x-a': string; 'retry-after': string }" },
  },
  'sets many headers on paths of their own': {
    code: `${HANDLER} (req, res) => { ${[...'abcdefghijkl'].map((name) => `if (req.query.${name}) res.headers.set('x-${name}', '1');`).join(' ')} return { n: 1 as const }; };`,
    expect: {
      200: `{ ${[...'abcdefghijkl'].map((name) => `'x-${name}'?: string`).join('; ')} }`,
    },
  },
  'declares headers': {
    code: `export type ResponseHeaders = { 200: { 'X-Total': number; link?: string } };\n${HANDLER} (req, res) => { res.headers.set('x-other', 'a'); give(res.headers.get('x')); return []; };`,
    expect: { 200: "{ 'x-total': number; link?: string }" },
  },
  'declares responses, and sets a header': {
    code: `export type Responses = { 200: string[] };\n${HANDLER} (req, res) => { res.headers.set('x-a', 'a'); return ['a']; };`,
    expect: { 200: "{ 'x-a': string }" },
  },
  'declares headers that no response can have': {
    code: `export type ResponseHeaders = { 200: { 'content-length': number; 'x-a': { b: string } }; 404: { 'x-b': string } };\n${HANDLER} () => [];`,
    expect: { 200: undefined },
    warnings: [
      "`ResponseHeaders` can't have `content-length`: the server sets this header.",
      "`ResponseHeaders` can't have `x-a`: its value is not a string.",
      '`ResponseHeaders` has headers for 404, but the route has no response with this status.',
    ],
  },
};

const named = Object.entries(CASES).map(([name, each], index) => ({
  name,
  each,
  key: `h${index}`,
}));
const TEXTS: RouteTexts = Object.fromEntries(
  named.map(({ key, each }) => [key, [`GET /${key}`, `${IMPORTS}${each.code}`]]),
);

describe.each(ENGINES)('headers of responses (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, TEXTS, { loads: false });
  });
  afterAll(() => app.close());

  test.each(named)('are in the contract of a handler that $name', ({ key, each }) => {
    const { contract, warnings } = app.of(key);
    expect({
      headers: Object.fromEntries(
        Object.entries(contract.responses).map(([status, { headers }]) => [
          status,
          headers && print(headers),
        ]),
      ),
      warnings: warnings.map(({ message }) => message),
    }).toEqual({ headers: each.expect, warnings: each.warnings ?? [] });
  });
});
