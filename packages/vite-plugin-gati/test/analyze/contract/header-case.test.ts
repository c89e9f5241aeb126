import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeRoutes, type Analyzed, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

const HANDLER = 'export const handler: Handler<typeof route> = () => 1;';

/** Each with one header that is not in lower case, and where it is. */
const WRONG: Record<string, { text: string; at: [line: number, name: string] }> = {
  'a type': {
    text: `export type Headers = {\n  'X-Api-Key': string;\n  etag?: string;\n};\n${HANDLER}`,
    at: [3, 'X-Api-Key'],
  },
  'an interface': {
    text: `export interface Headers { Authorization?: string }\n${HANDLER}`,
    at: [2, 'Authorization'],
  },
  'a type of several parts': {
    text: `type Auth = { Authorization: string };\nexport type Headers = Auth & { etag?: string };\n${HANDLER}`,
    at: [3, 'Authorization'],
  },
  'a union': {
    text: `export type Headers = { 'X-A': string } | { etag: string };\n${HANDLER}`,
    at: [2, 'X-A'],
  },
  'a schema of zod': {
    text: `import { z } from 'zod';\nexport const headers = z.object({ 'X-Api-Key': z.string() });\n${HANDLER}`,
    at: [3, 'X-Api-Key'],
  },
  'a schema of valibot': {
    text: `import * as v from 'valibot';\nexport const headers = v.object({ 'X-Api-Key': v.string() });\n${HANDLER}`,
    at: [3, 'X-Api-Key'],
  },
  'a schema of arktype': {
    text: `import { type } from 'arktype';\nexport const headers = type({ 'X-Api-Key': 'string' });\n${HANDLER}`,
    at: [3, 'X-Api-Key'],
  },
  'a read by a name in brackets': {
    text: "export const handler: Handler<typeof route> = (req) => ({\n  key: req.headers['X-Key'],\n});",
    at: [3, 'X-Key'],
  },
  'a read by a property': {
    text: 'export const handler: Handler<typeof route> = (request) => ({ key: request.headers.Authorization });',
    at: [2, 'Authorization'],
  },
  'a read in a function with Args': {
    text: 'export function handler(...[req]: Args<typeof route>) { return req.headers.Authorization; }',
    at: [2, 'Authorization'],
  },
};

const RIGHT: Record<string, string> = {
  'a type in lower case': `export type Headers = { 'x-api-key': string };\n${HANDLER}`,
  'methods of objects': `export const handler: Handler<typeof route> = (req) => req.headers.hasOwnProperty('x');`,
  'headers of a response': `export const handler: Handler<typeof route> = (_req, res) => { res.headers.set('X-A', 'b'); };`,
  'headers of another object': `export const handler: Handler<typeof route> = () => { const mail = { headers: { From: 'a' } }; return mail.headers.From; };`,
};

describe.each(ENGINES)('GATI_HEADER_CASE (%s)', (engine) => {
  let app: Analyzed;
  const texts: RouteTexts = {};
  const wrong = Object.values(WRONG);
  const right = Object.values(RIGHT);
  for (const [index, { text }] of wrong.entries()) texts[`w${index}`] = [`GET /w${index}`, text];
  for (const [index, text] of right.entries()) texts[`r${index}`] = [`GET /r${index}`, text];
  beforeAll(async () => {
    app = await analyzeRoutes(engine, texts);
  });
  afterAll(() => app.close());

  test.each(Object.keys(WRONG).map((name, index) => ({ name, index })))(
    'is reported for $name',
    ({ index }) => {
      const [line, name] = wrong[index]!.at;
      const [found, ...more] = app.of(`w${index}`).warnings;
      expect(more).toEqual([]);
      expect(found).toMatchObject({
        code: 'GATI_HEADER_CASE',
        level: 'error',
        line,
        message: expect.stringContaining(name),
        fix: expect.stringContaining(`'${name.toLowerCase()}'`),
      });
    },
  );

  test.each(Object.keys(RIGHT).map((name, index) => ({ name, index })))(
    'is not reported for $name',
    ({ index }) => {
      expect(app.of(`r${index}`).warnings).toEqual([]);
    },
  );
});
