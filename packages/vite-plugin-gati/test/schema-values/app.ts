import { expect } from 'vitest';

/** Handlers whose schemas do more than their JSON Schema says, by file. */
export const FILES: Record<string, string> = {
  'src/handlers/signup.ts': `
import { z } from 'zod';
export const route = 'POST /signup';
export const body = z
  .object({ pw: z.string(), again: z.string(), born: z.string().transform((text) => new Date(text)), nick: z.string().trim().min(1, 'a nick, please') })
  .refine(({ pw, again }) => pw === again, { message: 'passwords differ', path: ['again'] });
export const handler = (req) => ({ isDate: req.body.born instanceof Date, nick: req.body.nick });
`,
  'src/handlers/search.ts': `
import { z } from 'zod';
export const route = 'GET /search/:id';
export const params = z.object({ id: z.coerce.number().int() });
export const query = z.object({ admin: z.stringbool().default(false), page: z.coerce.number().default(1), tag: z.array(z.string().toLowerCase()).optional() });
export const headers = z.object({ 'x-key': z.string().regex(/^k-[a-z]+$/i).transform((key) => key.slice(2)) });
export const handler = (req) => ({ next: req.params.id + 1, ...req.query, key: req.headers['x-key'], agent: typeof req.headers['user-agent'] });
`,
  'src/handlers/async.ts': `
import { z } from 'zod';
export const route = 'POST /async';
export const query = z.object({ code: z.string().refine(async (code) => { await new Promise((resolve) => setTimeout(resolve, 5)); return code === 'good'; }, 'the code is not known') });
export const body = z.object({ n: z.number().transform(async (n) => n * 2) });
export const handler = (req) => ({ n: req.body.n });
`,
  'src/handlers/dates.ts': `
import { z } from 'zod';
export const route = 'POST /dates';
export const body = z.object({ at: z.date().min(new Date('2020-01-01')), big: z.bigint().positive(), tags: z.set(z.string()).max(2) });
export const handler = (req) => ({ year: req.body.at.getFullYear(), big: String(req.body.big + 1n), tags: req.body.tags.size });
`,
  'src/handlers/plain.ts': `
import { z } from 'zod';
export const route = 'POST /plain';
export const body = z.object({ name: z.string().min(2), nested: z.object({ n: z.number().int() }).optional() });
export const handler = (req) => req.body;
`,
  'src/handlers/optional.ts': `
import { z } from 'zod';
export const route = 'POST /optional';
export const body = z.object({ n: z.number() }).default({ n: 7 });
export const handler = (req) => req.body;
`,
  'src/handlers/valibot.ts': `
import * as v from 'valibot';
export const route = 'POST /valibot';
export const body = v.pipe(
  v.object({ a: v.pipe(v.string(), v.trim()), b: v.optional(v.number(), 3), list: v.array(v.pipe(v.string(), v.check((text) => text !== 'no', 'no is not allowed'))) }),
  v.check(({ a }) => a !== 'root', 'root is taken'),
);
export const handler = (req) => req.body;
`,
  'src/handlers/arktype.ts': `
import { type } from 'arktype';
export const route = 'POST /arktype';
export const body = type({ a: 'string.trim', n: 'string.integer.parse', even: type('number').narrow((n, ctx) => n % 2 === 0 || ctx.reject('even')) });
export const handler = (req) => req.body;
`,
  'src/handlers/answer.ts': `
import { z } from 'zod';
export const route = 'GET /answer/:kind';
export const responses = {
  200: z.object({ id: z.string(), at: z.date().optional(), n: z.number().transform((n) => n * 2).optional() }),
  409: z.object({ error: z.string().refine(async (text) => text !== 'never', 'is never sent') }),
};
export const handler = (req, res) => {
  const { kind } = req.params;
  if (kind === 'conflict' || kind === 'never') {
    res.status = 409;
    return { error: kind, secret: 1 };
  }
  return kind === 'wrong' ? JSON.parse('{"id": 7}') : { id: kind, password: 'secret', at: new Date(0), n: 2 };
};
`,
  'src/effects/zodMail.ts': `
import { z } from 'zod';
export const payload = z.object({ to: z.email('no address'), name: z.string().trim().min(1), at: z.date().optional() }).refine(async ({ name }) => name !== 'nobody', { message: 'is unknown', path: ['name'] });
export const run = (mail) => ({ ...mail, at: mail.at?.getFullYear() });
`,
  'src/effects/valibotMail.ts': `
import * as v from 'valibot';
export const payload = v.object({ to: v.pipe(v.string(), v.trim(), v.email('no address')), copies: v.optional(v.number(), 3) });
export const run = (mail) => mail;
`,
  'src/effects/arktypeMail.ts': `
import { type } from 'arktype';
export const payload = type({ n: 'string.integer.parse' });
export const run = (mail) => mail;
`,
  'src/effects/plainMail.ts': `
import { z } from 'zod';
export const payload = z.object({ name: z.string().min(2) });
export const run = (mail) => mail;
`,
  'src/handlers/jobs.ts': `
export const route = 'POST /jobs/:effect';
export const handler = async (req, _res, gctx) => {
  try {
    const { id } = await gctx.effects.enqueue(req.params.effect, req.body);
    for (;;) {
      const job = await gctx.effects.get(id);
      if (job.state !== 'waiting' && job.state !== 'active') return job;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  } catch ({ code, message }) {
    return { code, message };
  }
};
`,
  'src/handlers/room.ts': `
import { z } from 'zod';
export const route = 'WS /room';
export const receive = z.object({ text: z.string().trim().min(1, 'say something') });
export const socket = { message: (peer, message) => peer.send(message) };
`,
};

/** One request and what the schema's own \`validate\` makes of it. */
export interface Case {
  kind: string;
  path: string;
  method?: string;
  headers?: Record<string, string>;
  json?: unknown;
  status: number;
  body: unknown;
  /** The body has no other members. */
  exact?: true;
}

const KEY = { 'x-key': 'K-abc' };
const signup = { pw: 'a', again: 'a', born: '2000-01-01', nick: ' x ' };
const invalid = (...errors: object[]): object => ({ code: 'invalid_request', errors });

export const CASES: Case[] = [
  {
    kind: 'a refinement over two fields rejects, with its path and the words of the author',
    path: '/signup',
    json: { ...signup, again: 'b' },
    status: 400,
    body: invalid({ in: 'body', path: '/again', message: 'passwords differ', rule: 'schema' }),
  },
  {
    kind: 'transforms and trims of a body reach the handler',
    path: '/signup',
    json: signup,
    status: 200,
    body: { isDate: true, nick: 'x' },
  },
  {
    kind: 'a rule that counts after a trim rejects',
    path: '/signup',
    json: { ...signup, nick: '   ' },
    status: 400,
    body: invalid({ in: 'body', path: '/nick', message: 'a nick, please', rule: 'schema' }),
  },
  {
    kind: 'coercions of params, query and headers reach the handler, other headers stay',
    path: '/search/41?admin=false&page=2&tag=A&tag=b',
    headers: KEY,
    status: 200,
    body: { next: 42, admin: false, page: 2, tag: ['a', 'b'], key: 'abc', agent: 'string' },
  },
  {
    kind: 'defaults of a query are filled in',
    path: '/search/1',
    headers: KEY,
    status: 200,
    body: { next: 2, admin: false, page: 1, key: 'abc', agent: 'string' },
  },
  {
    kind: 'errors of several parts come together',
    path: '/search/x?admin=maybe',
    headers: { 'x-key': 'wrong' },
    status: 400,
    body: {
      code: 'invalid_request',
      errors: [
        { in: 'params', path: '/id' },
        { in: 'query', path: '/admin' },
        { in: 'headers', path: '/x-key' },
      ],
    },
  },
  {
    kind: 'an asynchronous refinement of a query rejects',
    path: '/async?code=bad',
    json: { n: 4 },
    status: 400,
    body: invalid({ in: 'query', path: '/code', message: 'the code is not known', rule: 'schema' }),
  },
  {
    kind: 'an asynchronous transform of a body reaches the handler',
    path: '/async?code=good',
    json: { n: 4 },
    status: 200,
    body: { n: 8 },
  },
  {
    kind: 'dates, bigints and sets arrive as the schema takes them',
    path: '/dates',
    json: { at: '2024-02-03T04:05:06Z', big: '41', tags: ['a', 'b'] },
    status: 200,
    body: { year: 2024, big: '42', tags: 2 },
  },
  {
    kind: 'bounds of dates, bigints and sets reject',
    path: '/dates',
    json: { at: '2019-02-03T04:05:06Z', big: '-1', tags: ['a', 'b', 'c'] },
    status: 400,
    body: { errors: [{ path: '/at' }, { path: '/big' }, { path: '/tags' }] },
  },
  {
    kind: 'the schema rejects a string that is not a date',
    path: '/dates',
    json: { at: 'tomorrow', big: 'many', tags: 'a' },
    status: 400,
    body: { errors: [{ path: '/at' }, { path: '/big' }, { path: '/tags' }] },
  },
  {
    kind: 'undeclared keys are removed where the schema removes them, at any depth',
    path: '/plain',
    json: { name: 'ab', x: 1, nested: { n: 1, y: 2 } },
    status: 200,
    body: { name: 'ab', nested: { n: 1 } },
  },
  {
    kind: 'a plain schema gives errors in the words of its library',
    path: '/plain',
    json: { name: 'a' },
    status: 400,
    body: { errors: [{ in: 'body', path: '/name', rule: 'schema' }] },
  },
  {
    kind: 'the payload of an effect is transformed before it runs',
    path: '/jobs/zodMail',
    json: { to: 'a@b.example', name: ' Ada ', at: '2024-02-03T04:05:06Z', x: 1 },
    status: 200,
    body: { state: 'completed', result: { to: 'a@b.example', name: 'Ada', at: 2024 } },
  },
  {
    kind: 'the payload of an effect is rejected where it is enqueued, in the words of the author',
    path: '/jobs/zodMail',
    json: { to: 'nowhere', name: ' ' },
    status: 200,
    body: { code: 'GATI_EFFECT_PAYLOAD', message: expect.stringContaining('/to no address') },
  },
  {
    kind: 'an asynchronous refinement rejects the payload of an effect',
    path: '/jobs/zodMail',
    json: { to: 'a@b.example', name: 'nobody' },
    status: 200,
    body: { code: 'GATI_EFFECT_PAYLOAD', message: expect.stringContaining('/name is unknown') },
  },
  {
    kind: 'a schema of valibot fills in the payload of an effect',
    path: '/jobs/valibotMail',
    json: { to: ' a@b.example ' },
    status: 200,
    body: { state: 'completed', result: { to: 'a@b.example', copies: 3 } },
  },
  {
    kind: 'a schema of arktype parses the payload of an effect',
    path: '/jobs/arktypeMail',
    json: { n: '41' },
    status: 200,
    body: { state: 'completed', result: { n: 41 } },
  },
  {
    kind: 'a plain schema checks the payload of an effect',
    path: '/jobs/plainMail',
    json: { name: 'a' },
    status: 200,
    body: { code: 'GATI_EFFECT_PAYLOAD', message: expect.stringContaining('/name') },
  },
  {
    kind: 'a missing body is filled in by the default of its schema',
    path: '/optional',
    method: 'POST',
    status: 200,
    body: { n: 7 },
  },
  {
    kind: 'valibot: trims, defaults and removed keys',
    path: '/valibot',
    json: { a: ' x ', list: ['ok'], more: 1 },
    status: 200,
    body: { a: 'x', b: 3, list: ['ok'] },
  },
  {
    kind: 'valibot: checks at depth and at the top',
    path: '/valibot',
    json: { a: 'x', list: ['ok', 'no'] },
    status: 400,
    body: invalid({ in: 'body', path: '/list/1', message: 'no is not allowed', rule: 'schema' }),
  },
  {
    kind: 'arktype: morphs reach the handler, undeclared keys stay',
    path: '/arktype',
    json: { a: ' x ', n: '41', even: 2, more: 1 },
    status: 200,
    body: { a: 'x', n: 41, even: 2, more: 1 },
  },
  {
    kind: 'a declared response is sent as its schema returns it',
    path: '/answer/x',
    status: 200,
    body: { id: 'x', at: '1970-01-01T00:00:00.000Z', n: 4 },
    exact: true,
  },
  {
    kind: 'a declared response of an asynchronous schema is sent as it returns it',
    path: '/answer/conflict',
    status: 409,
    body: { error: 'conflict' },
    exact: true,
  },
  {
    kind: 'arktype: a narrowed type rejects',
    path: '/arktype',
    json: { a: 'x', n: '1', even: 3 },
    status: 400,
    body: { errors: [{ in: 'body', path: '/even' }] },
  },
];
