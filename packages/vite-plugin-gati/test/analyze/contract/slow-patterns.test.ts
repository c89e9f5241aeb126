import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeRoutes, type Analyzed, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

const HANDLER = 'export const handler: Handler<typeof route> = () => 1;';
const TAG = '/** @pattern ^([a-z]+-?)+$ */';

/** Each with one slow pattern, and what the warning says. */
const SLOW: Record<string, { method?: string; text: string; says: string }> = {
  'a rule of a doc comment': {
    text: `export interface Body { ${TAG} name: string }`,
    says: 'in the body grows exponentially',
  },
  'a rule of a query': {
    text: `export interface Query { ${TAG} name?: string }`,
    says: 'in the query',
  },
  'a rule of headers': {
    text: `export interface Headers { ${TAG} name?: string }`,
    says: 'in the headers',
  },
  'a rule inside a named type': {
    text: `interface Tag { ${TAG} name: string; inner?: Tag }\nexport interface Body { tags: Tag[] }`,
    says: 'in the body',
  },
  'a schema of zod': {
    text: `import { z } from 'zod';\nexport const body = z.object({ a: z.string().regex(/^(\\w+\\s?)*$/) });`,
    says: 'grows exponentially',
  },
  'a schema of valibot': {
    text: `import * as v from 'valibot';\nexport const body = v.object({ a: v.pipe(v.string(), v.regex(/^(a+)+$/)) });`,
    says: 'grows exponentially',
  },
  'a polynomial pattern': {
    text: 'export interface Body { /** @pattern \\s+$ */ a: string }',
    says: 'grows faster than linearly',
  },
  'a polynomial pattern of a long text': {
    text: 'export interface Body { /** @pattern \\s+$\n * @maxLength 100000 */ a: string }',
    says: 'grows faster than linearly',
  },
  'an exponential pattern of a short text': {
    text: 'export interface Body { /** @pattern ^(a+)+$\n * @maxLength 40 */ a: string }',
    says: 'grows exponentially',
  },
  'a message of a WebSocket': {
    method: 'WS',
    text: `export interface Receive { ${TAG} name: string }`,
    says: 'in the receive',
  },
};

const FAST: Record<string, string> = {
  'a linear pattern': 'export interface Body { /** @pattern ^[a-z]+(-[a-z]+)*$ */ a: string }',
  'a polynomial pattern of a short text':
    'export interface Body { /** @pattern \\s+$\n * @maxLength 100 */ a: string }',
  'the formats of zod':
    "import { z } from 'zod';\nexport const body = z.object({ a: z.email(), b: z.uuid(), c: z.ipv6(), d: z.iso.datetime(), e: z.base64() });",
};

describe.each(ENGINES)('GATI_PATTERN_SLOW (%s)', (engine) => {
  let app: Analyzed;
  const texts: RouteTexts = {};
  const slow = Object.values(SLOW);
  for (const [index, { method = 'POST', text }] of slow.entries())
    texts[`s${index}`] = [
      `${method} /s${index}`,
      `${text}\n${method === 'WS' ? 'export const message = () => {};' : HANDLER}`,
    ];
  for (const [index, text] of Object.values(FAST).entries())
    texts[`f${index}`] = [`POST /f${index}`, `${text}\n${HANDLER}`];
  beforeAll(async () => {
    app = await analyzeRoutes(engine, texts);
  });
  afterAll(() => app.close());

  test.each(Object.keys(SLOW).map((name, index) => ({ name, index })))(
    'is reported for $name',
    ({ index }) => {
      expect(app.of(`s${index}`).warnings).toMatchObject([
        {
          code: 'GATI_PATTERN_SLOW',
          level: 'warning',
          message: expect.stringContaining(slow[index]!.says),
        },
      ]);
    },
  );

  test.each(Object.keys(FAST).map((name, index) => ({ name, index })))(
    'is not reported for $name',
    ({ index }) => {
      expect(app.of(`f${index}`).warnings).toEqual([]);
    },
  );
});
