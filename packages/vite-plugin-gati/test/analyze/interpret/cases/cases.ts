export interface ResponseCase {
  name: string;
  /** Body of the handler `(req, res, gctx, lctx)`. */
  code?: string;
  /** Stands before the handler. */
  before?: string;
  /** The export itself, where it is not a typed arrow function. */
  whole?: string;
  method?: string;
  expect: Record<string, string>;
  warnings?: string[];
  defs?: Record<string, string>;
}

const problem = (status: number, code: string, details = ''): string =>
  `application/problem+json { type: string; title: string; status: ${status}; code: ${code === 'string' ? code : `'${code}'`}${details && `; ${details}`} }`;

export const RESPONSES: ResponseCase[] = [
  // Ways to answer
  {
    name: 'returned body',
    code: 'return { ok: true, name: "x", n: 1 };',
    expect: { 200: "{ ok: boolean; name: 'x'; n: number }" },
  },
  {
    name: 'returned body with a status',
    code: 'res.status = 201; return { id: req.params.id };',
    expect: { 201: '{ id: string }' },
  },
  { name: 'nothing at all', code: 'gctx.logger.info("x");', expect: { 204: 'void' } },
  { name: 'status and nothing else', code: 'res.status = 202;', expect: { 202: 'void' } },
  { name: 'text', code: 'return res.text("pong");', expect: { 200: "text/plain 'pong'" } },
  { name: 'redirect', code: 'return res.redirect("/x");', expect: { 302: 'void' } },
  {
    name: 'redirect with a status',
    code: 'return res.redirect("/x", 308);',
    expect: { 308: 'void' },
  },
  {
    name: 'body assigned, answered at the end',
    code: 'res.body = { a: "x" }; res.status = 201;',
    expect: { 201: "{ a: 'x' }" },
  },
  {
    name: 'bare res.json, the last one counts',
    code: 'res.json({ a: "x" }); res.json({ b: "y" });',
    expect: { 200: "{ b: 'y' }" },
  },
  {
    name: 'assigned body goes before the returned one',
    code: 'res.body = { a: "x" }; return { b: "y" };',
    expect: { 200: "{ a: 'x' }" },
  },
  {
    name: 'constants',
    code: 'return { s: "a", n: 1 as const, b: true, t: `x`, neg: -1, u: null, v: undefined };',
    expect: { 200: "{ s: 'a'; n: 1; b: boolean; t: 'x'; neg: number; u: null }" },
  },
  {
    name: 'as const object',
    code: 'return { a: 1, b: true } as const;',
    expect: { 200: '{ a: 1; b: true }' },
  },
  {
    name: 'arrays',
    code: 'return { list: ["a", "b"], numbers: [1, 2], empty: [] as string[] };',
    expect: { 200: "{ list: ('a' | 'b')[]; numbers: number[]; empty: string[] }" },
  },
  {
    name: 'empty array where there is none',
    whole:
      'export type Query = { tag?: string[]; n?: number[] | string };\nexport const handler: Handler<typeof route> = (req) => ({ tags: req.query.tag ?? [], or: req.query.tag || [], chain: req.query.tag ?? req.query.n ?? [] });',
    expect: { 200: '{ tags: string[]; or: string[]; chain: number[] | string[] | string }' },
  },
  {
    name: 'empty array in a branch',
    code: 'const ok = req.params.id === "x"; return { a: ok ? ["a"] : [], b: ok ? [] : await users(), c: ok ? [] : null, d: ok ? [] : [] };',
    expect: { 200: "{ a: 'a'[]; b: User[]; c: unknown[] | null; d: unknown[] }" },
    defs: { User: '{ id: string; name: string; email?: string }' },
  },
  {
    name: 'empty array on one path, a list on another',
    code: 'if (req.params.id === "x") return []; if (req.params.id === "y") { res.status = 202; return []; } return users();',
    expect: { 200: 'User[]', 202: 'unknown[]' },
    defs: { User: '{ id: string; name: string; email?: string }' },
  },
  {
    name: 'empty array beside a tuple',
    code: 'const pair = undefined as [string, number] | undefined; return pair ?? [];',
    expect: { 200: '[string, number] | unknown[]' },
  },
  {
    name: 'empty array returned for what is missing',
    code: 'const list = undefined as number[] | undefined; return list ?? [];',
    expect: { 200: 'number[]' },
  },
  {
    name: 'empty array for another status',
    code: 'res.status = req.params.id ? 200 : 404; const all = await users(); return req.params.id ? all : [];',
    expect: { 200: 'User[]', 404: 'User[]' },
  },
  {
    name: 'empty array for another status, beside a promise',
    code: 'res.status = req.params.id ? 200 : 404; return req.params.id ? users() : [];',
    expect: { 200: 'User[]', 404: 'User[]' },
  },
  {
    name: 'function declaration',
    whole:
      'export async function handler(req, res) { return { id: req.params.id, q: req.query.x }; }',
    expect: { 200: '{ id: string; q?: string[] | string }' },
  },
  {
    name: 'export default function',
    whole:
      'export default async function (req, res) { res.status = 201; return { id: req.params.id }; }',
    expect: { 201: '{ id: string }' },
  },
  {
    name: 'export default arrow',
    whole: 'export default (req, res) => res.json({ id: req.params.id });',
    expect: { 200: '{ id: string }' },
  },
  {
    name: 'export default of a name',
    whole: 'const main = async (req, res) => ({ id: req.params.id });\nexport default main;',
    expect: { 200: '{ id: string }' },
  },
  {
    name: 'Args',
    whole:
      'export async function handler(...[req, res]: Args<typeof route>) { res.status = 201; return res.json({ id: req.params.id }); }',
    expect: { 201: '{ id: string }' },
  },
  {
    name: 'rest parameter without a pattern',
    whole: 'export function handler(...args) { args[1].status = 203; return { ok: "y" }; }',
    expect: { 203: "{ ok: 'y' }" },
  },
  {
    name: 'destructured parameters',
    whole:
      'export const handler: Handler<typeof route> = ({ params: { id } }, { json }) => json({ id });',
    expect: { 200: '{ id: string }' },
  },
  {
    name: 'satisfies',
    whole:
      'export const handler = (async (req, res) => ({ id: req.params.id })) satisfies Handler<typeof route>;',
    expect: { 200: '{ id: string }' },
  },

  // Aliases and helpers
  {
    name: 'alias of res',
    code: 'const r = res; r.status = 404; return r.json({ error: "gone" });',
    expect: { 404: "{ error: 'gone' }" },
  },
  {
    name: 'alias through let',
    code: 'let r = res; const s = r; s.status = 404; s.body = { error: "gone" };',
    expect: { 404: "{ error: 'gone' }" },
  },
  {
    name: 'destructured json',
    code: 'const { json } = res; res.status = 201; return json({ a: "x" });',
    expect: { 201: "{ a: 'x' }" },
  },
  {
    name: 'element access',
    code: 'res["status"] = 201; return res["json"]({ a: "x" });',
    expect: { 201: "{ a: 'x' }" },
  },
  {
    name: 'helper in another file',
    code: 'if (req.params.id === "x") return fail(res, 404, "NotThere"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 404: "{ error: 'NotThere' }" },
  },
  {
    name: 'generic helper',
    code: 'return created(res, { id: req.params.id, tag: "t" });',
    expect: { 201: "{ data: { id: string; tag: 't' } }" },
  },
  {
    name: 'generic helper with a typed value',
    code: 'const u = await users(); return list(res, u);',
    expect: { 200: '{ items: User[]; first: User }' },
    defs: { User: '{ id: string; name: string; email?: string }' },
  },
  { name: 'async helper', code: 'return slow(res);', expect: { 203: '{ slow: boolean }' } },
  {
    name: 'async helper that nobody awaits',
    code: 'slow(res); return { a: "x" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res in an object',
    code: 'return withRes({ res, id: req.params.id });',
    expect: { 206: '{ id: string }' },
  },
  {
    name: 'local function',
    code: 'const bad = (error: string) => { res.status = 400; return res.json({ error }); };\nif (req.params.id === "1") return bad("One");\nfunction worse() { res.status = 500; res.body = { error: "Two" }; }\nif (req.params.id === "2") return worse();\nreturn { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 400: "{ error: 'One' }", 500: "{ error: 'Two' }" },
  },
  {
    name: 'function around the handler',
    whole: 'export const handler = guarded(async (req, res) => res.json({ id: "x" }));',
    expect: { 200: "{ id: 'x' }", 401: "{ error: 'NoToken' }" },
  },
  {
    name: 'shadowed res',
    code: 'const inner = (res: { status: number }) => { res.status = 500; };\ninner({ status: 1 });\nreturn { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'res given away',
    code: 'give(res); return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res given away in an object',
    code: 'give({ deep: [{ res }] }); return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res kept in a property',
    code: 'const box: { res?: Res } = {}; box.res = res; return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res changed in a callback',
    code: 'run(() => { res.status = 500; }); return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res changed in forEach',
    code: '[1, 2].forEach((n) => { if (n > 1) res.status = 207; }); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 207: "{ ok: 'y' }" },
  },
  {
    name: 'variable changed in a callback',
    code: 'let status: number = 200; run(() => { status = 500; }); res.status = status; return { ok: "y" };',
    expect: { default: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_UNKNOWN'],
  },
  {
    name: 'helper that calls itself',
    code: 'return loop(res, 3);',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'then',
    code: 'return load(req.params.id).then((user) => { res.status = user ? 200 : 404; return res.json(user ?? { error: "none" }); });',
    expect: { 200: 'User', 404: "{ error: 'none' }" },
  },

  // Errors
  {
    name: 'HttpError',
    code: 'throw new HttpError(404, "not_found", { id: req.params.id });',
    expect: { 404: problem(404, 'not_found', 'id: string') },
  },
  {
    name: 'subclass',
    code: 'throw new NotFound("user");',
    expect: { 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'subclass of a subclass',
    code: 'throw new Gone(req.params.id);',
    expect: { 404: problem(404, 'not_found', 'what: string') },
  },
  {
    name: 'subclass with a code of its own',
    code: 'throw new Teapot("short", 3);',
    expect: { 418: problem(418, 'short', 'size: number') },
  },
  {
    name: 'through a namespace',
    code: 'throw new errors.NotFound("user");',
    expect: { 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'helper of type never',
    code: 'const user = await load(req.params.id); if (!user) notFound("user"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'never arrow',
    code: 'if (req.params.id) return forbidden(); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 403: problem(403, 'forbidden') },
  },
  {
    name: 'throw what a function makes',
    code: 'throw makeError();',
    expect: { 402: problem(402, 'pay_first', 'amount: number') },
  },
  {
    name: 'throw a variable',
    code: 'const error = new HttpError(409, "busy"); throw error;',
    expect: { 409: problem(409, 'busy') },
  },
  {
    name: 'thrown in a callee of a callee',
    code: 'return deep(req.params.id);',
    expect: { 200: '{ id: string }', 422: problem(422, 'empty_id') },
  },
  {
    name: 'thrown in mutual recursion',
    code: 'return { even: even(3) };',
    expect: {
      200: '{ even: boolean }',
      400: problem(400, 'negative'),
      413: problem(413, 'too_far'),
    },
  },
  {
    name: 'status of an argument',
    code: 'if (req.params.id) checked(410); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 410: problem(410, 'checked') },
  },
  {
    name: 'conditional status of an error',
    code: 'throw new HttpError(req.params.id === "x" ? 404 : 410, "gone");',
    expect: { 404: problem(404, 'gone'), 410: problem(410, 'gone') },
  },
  {
    name: 'unknown status of an error',
    code: 'throw new HttpError(Number(req.params.id), "odd");',
    expect: {
      default:
        "application/problem+json { type: string; title: string; status: number; code: 'odd' }",
    },
    warnings: ['GATI_STATUS_UNKNOWN'],
  },
  {
    name: "plain errors are the framework's",
    code: 'if (req.params.id) throw new Error("no"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'caught',
    code: 'try { throw new HttpError(404, "x"); } catch { return { ok: "caught" }; }',
    expect: { 200: "{ ok: 'caught' }" },
  },
  {
    name: 'rethrown',
    code: 'try { deep(req.params.id); } catch (error) { throw error; } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 422: problem(422, 'empty_id') },
  },
  {
    name: 'rethrown if it is one',
    code: 'try { deep(req.params.id); } catch (error) { if (error instanceof HttpError) throw error; res.status = 500; return { error: "Other" }; } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 422: problem(422, 'empty_id'), 500: "{ error: 'Other' }" },
  },
  {
    name: 'another error in catch',
    code: 'try { await load("1"); } catch { throw new HttpError(502, "upstream"); } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 502: problem(502, 'upstream') },
  },
  {
    name: 'finally changes the status',
    code: 'try { return res.json({ a: "x" }); } finally { res.status = 203; }',
    expect: { 203: "{ a: 'x' }" },
  },
  {
    name: 'finally that returns',
    code: 'try { throw new HttpError(404, "x"); } finally { return { a: "x" }; }',
    expect: { 200: "{ a: 'x' }" },
  },
  {
    name: 'status before a call that may fail',
    code: 'res.status = 201; try { await load("1"); res.status = 202; } catch { return { error: "Failed" }; } return { ok: "y" };',
    expect: { 201: "{ error: 'Failed' }", 202: "{ ok: 'y' }" },
  },
  {
    name: 'thrown in a callback',
    code: 'const all = [1, 2].map((n) => { if (n > 1) throw new HttpError(400, "too_big"); return n; }); return { all };',
    expect: { 200: '{ all: number[] }', 400: problem(400, 'too_big') },
  },
  {
    name: 'status that is no error',
    code: 'if (req.params.id) throw new HttpError(302, "moved"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_INVALID'],
  },

  // Paths
  {
    name: 'ternary on the status, paired with the body',
    code: 'const ok = req.params.id === "x"; const a = { state: "a" as const }; const b = { error: "b" as const }; res.status = ok ? 200 : 404; return res.json(ok ? a : b);',
    expect: { 200: "{ state: 'a' }", 404: "{ error: 'b' }" },
  },
  {
    name: 'paired by a comparison',
    code: 'const k = kind(); res.status = k === "a" ? 200 : 409; return k !== "a" ? { error: "no" } : { ok: "yes" };',
    expect: { 200: "{ ok: 'yes' }", 409: "{ error: 'no' }" },
  },
  {
    name: 'paired by negation',
    code: 'const user = await load("1"); res.status = !user ? 404 : 200; if (user) return user; return { error: "none" };',
    expect: { 200: 'User', 404: "{ error: 'none' }" },
  },
  {
    name: 'let status',
    code: 'let status = 200; if (req.params.id === "x") status = 201; res.status = status; return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 201: "{ ok: 'y' }" },
  },
  {
    name: 'status is a union',
    code: 'const status: 200 | 206 = req.params.id ? 200 : 206; const s = status as 200 | 206; res.status = s; return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 206: "{ ok: 'y' }" },
  },
  {
    name: 'constant status map',
    before: 'const STATUS = { a: 200, b: 404, c: 409 } as const;',
    code: 'const k = kind(); res.status = STATUS[k]; return { k };',
    expect: {
      200: "{ k: 'a' | 'b' | 'c' }",
      404: "{ k: 'a' | 'b' | 'c' }",
      409: "{ k: 'a' | 'b' | 'c' }",
    },
  },
  {
    name: 'status of an enum',
    code: 'res.status = Http.Missing; return { error: "none" };',
    expect: { 404: "{ error: 'none' }" },
  },
  {
    name: 'status that is any number',
    code: 'res.status = Number(req.params.id); return { ok: "y" };',
    expect: { default: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_UNKNOWN'],
  },
  {
    name: 'status that no handler can answer with',
    code: 'if (req.params.id) { res.status = 99; return { no: "x" }; } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_INVALID'],
  },
  {
    name: 'status out of range, and another one after it',
    code: 'res.status = 600; res.status = 201; return { ok: "y" };',
    expect: { 201: "{ ok: 'y' }" },
  },
  {
    name: 'status out of range on one path',
    code: 'res.status = req.params.id ? 200 : 99; return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_INVALID'],
  },
  {
    name: 'early returns',
    code: 'const user = await load("1"); if (!user) { res.status = 404; return { error: "none" }; } if (user.name === "") { res.status = 409; return { error: "unnamed" }; } return user;',
    expect: { 200: 'User', 404: "{ error: 'none' }", 409: "{ error: 'unnamed' }" },
  },
  {
    name: 'and as a statement',
    code: 'req.params.id === "x" && (res.status = 201); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 201: "{ ok: 'y' }" },
  },
  {
    name: 'what is nothing by its type is nothing before ??',
    code: 'const user = await load("1"); if (!user) return user ?? 4; return { found: user.id };',
    expect: { 200: '{ found: string } | number' },
  },
  {
    name: 'or and nullish',
    code: 'const user = await load("1"); return user ?? { error: "none" };',
    expect: { 200: "User | { error: 'none' }" },
  },
  {
    name: 'switch with a default',
    code: 'switch (kind()) { case "a": res.status = 201; return { k: "A" }; case "b": res.status = 202; break; default: res.status = 409; return { k: "C" }; } return { k: "B" };',
    expect: { 201: "{ k: 'A' }", 202: "{ k: 'B' }", 409: "{ k: 'C' }" },
  },
  {
    name: 'switch that falls through',
    code: 'const k = kind(); switch (k) { case "a": res.status = 201; case "b": return { k: "AB" }; } return { k: "C" };',
    expect: { 200: "{ k: 'AB' } | { k: 'C' }", 201: "{ k: 'AB' }" },
  },
  {
    name: 'exhaustive switch',
    code: 'const k = kind(); switch (k) { case "a": return { k: "A" }; case "b": return { k: "B" }; case "c": return { k: "C" }; }',
    expect: { 200: "{ k: 'A' } | { k: 'B' } | { k: 'C' }" },
  },
  {
    name: 'exhaustive by never',
    code: 'const k = kind(); switch (k) { case "a": return { k: "A" }; case "b": case "c": return { k: "BC" }; default: return assertNever(k); }',
    expect: { 200: "{ k: 'A' } | { k: 'BC' }" },
  },
  {
    name: 'switch pairs with a later test',
    code: 'const k = kind(); switch (k) { case "a": res.status = 201; break; case "b": res.status = 404; } return k === "a" ? { ok: "a" } : { ok: "other" };',
    expect: { 200: "{ ok: 'other' }", 201: "{ ok: 'a' }", 404: "{ ok: 'other' }" },
  },
  {
    name: 'loops',
    code: 'for (const user of await users()) { if (user.name === "x") { res.status = 409; return { error: "taken" }; } } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 409: "{ error: 'taken' }" },
  },
  {
    name: 'loop that changes the status',
    code: 'let tries = 0; while (tries < 3) { tries++; if (req.params.id === "x") { res.status = 207; break; } } return { tries };',
    expect: { 200: '{ tries: number }', 207: '{ tries: number }' },
  },
  {
    name: 'do and labels',
    code: 'outer: do { for (;;) { if (req.params.id) { res.status = 203; break outer; } } } while (true); return { ok: "y" };',
    expect: { 203: "{ ok: 'y' }" },
  },
  {
    name: 'endless loop',
    code: 'while (true) { if (req.params.id === "x") return { ok: "y" }; }',
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'narrowing',
    code: 'const r = await result(); if (r.ok) return r.user; res.status = 404; return { reason: r.reason };',
    expect: { 200: 'User', 404: "{ reason: 'banned' | 'missing' }" },
  },
  {
    name: 'discriminated union',
    code: 'return result();',
    expect: { 200: 'Result' },
    defs: {
      Result: "{ ok: false; reason: 'banned' | 'missing' } | { ok: true; user: User }",
      User: '{ id: string; name: string; email?: string }',
    },
  },
  {
    name: 'a property that a call may change is not remembered',
    code: 'const job = { done: false as boolean }; res.status = job.done ? 200 : 202; give(job); return job.done ? { state: "done" } : { state: "open" };',
    expect: {
      200: "{ state: 'done' } | { state: 'open' }",
      202: "{ state: 'done' } | { state: 'open' }",
    },
  },
  {
    name: 'a variable that is assigned is not remembered',
    code: 'let ok = req.params.id === "x"; res.status = ok ? 200 : 404; ok = !ok; return ok ? { a: "x" } : { b: "y" };',
    expect: { 200: "{ a: 'x' } | { b: 'y' }", 404: "{ a: 'x' } | { b: 'y' }" },
  },
  {
    name: 'body on one path only',
    code: 'if (req.params.id === "x") return { ok: "y" }; res.status = 200;',
    expect: { 200: "{ ok: 'y' }" },
    warnings: ['GATI_BODY_SOMETIMES'],
  },

  {
    name: 'comparisons of what can be computed, not told apart',
    code: 'if (req.headers.authorization !== `Bearer ${req.params.id}`) { res.status = 401; return { error: "a" }; }\nif ((req.headers.host ?? "x") === "y") { res.status = 403; return { error: "b" }; }\nconst same = [req.params.id][0] === `${req.method}`;\nreturn { same };',
    expect: { 200: '{ same: boolean }', 401: "{ error: 'a' }", 403: "{ error: 'b' }" },
  },

  // Types of bodies
  {
    name: 'spread',
    code: 'const user = (await users())[0]!; return { ...user, admin: false, role: "admin" };',
    expect: { 200: "{ id: string; name: string; email?: string; admin: boolean; role: 'admin' }" },
  },
  {
    name: 'conditional spread',
    code: 'const extra = req.params.id === "x"; return { a: "x", ...(extra ? { b: "y" } : {}), ...(extra && { c: 1 }) };',
    expect: { 200: "{ a: 'x'; b?: 'y'; c?: number }" },
  },
  {
    name: 'nested ternary',
    code: 'return { state: req.params.id ? "a" : "b", n: req.params.id ? 1 : 2 };',
    expect: { 200: "{ state: 'a' | 'b'; n: number }" },
  },
  {
    name: 'dates, sets, maps, bigint, bytes',
    code: 'return { d: new Date(), s: new Set(["a"]), m: new Map([["a", 1]]), b: 10n, u: new Uint8Array(2) };',
    expect: {
      200: '{ d: string; s: string[]; m: { [key: string]: number }; b: string; u: string }',
    },
  },
  {
    name: 'enum',
    code: 'return { color: Color.Red as Color, red: Color.Red };',
    expect: { 200: "{ color: Color; red: 'red' }" },
  },
  {
    name: 'recursive type',
    code: 'const tree: Tree = { value: 1, children: [] }; return tree;',
    expect: { 200: 'Tree' },
    defs: { Tree: '{ value: number; children: Tree[] }' },
  },
  {
    name: 'generic type',
    code: 'const page: Page<User> = { items: [], next: null }; return page;',
    expect: { 200: 'Page_User' },
    defs: {
      Page_User: '{ items: User[]; next: string | null }',
      User: '{ id: string; name: string; email?: string }',
    },
  },
  {
    name: 'any',
    code: 'return anything();',
    expect: { 200: 'unknown' },
    warnings: ['GATI_TYPE_ANY'],
  },
  { name: 'unknown', code: 'return unknownThing();', expect: { 200: 'unknown' } },
  {
    name: 'functions are dropped',
    code: 'return { a: "x", f: () => 1, g() { return 2; } };',
    expect: { 200: "{ a: 'x' }" },
    warnings: ['GATI_TYPE_NOT_JSON', 'GATI_TYPE_NOT_JSON'],
  },
  {
    name: 'class with toJSON',
    before:
      'class Money { constructor(readonly cents: number) {} toJSON() { return { amount: this.cents / 100, currency: "EUR" as const }; } }',
    code: 'return { price: new Money(3) };',
    expect: { 200: '{ price: Money }' },
    defs: { Money: "{ amount: number; currency: 'EUR' }" },
  },
  {
    name: 'class without',
    before: 'class Point { x = 1; y = 2; get length() { return 3; } move() {} }',
    code: 'return new Point();',
    expect: { 200: 'Point' },
    warnings: ['GATI_TYPE_NOT_JSON'],
    defs: { Point: '{ x: number; y: number }' },
  },
  {
    name: 'async generator',
    whole: 'export async function* handler(req, res) { yield { n: 1 }; yield { n: 2 }; }',
    expect: { 200: 'text/event-stream* { n: number }' },
  },
  {
    name: 'async iterable',
    before: 'async function* ticks(): AsyncGenerator<{ tick: number }> { yield { tick: 1 }; }',
    code: 'return ticks();',
    expect: { 200: 'text/event-stream* { tick: number }' },
  },
  {
    name: 'ReadableStream',
    code: 'return new ReadableStream();',
    expect: { 200: 'application/octet-stream string' },
  },
  {
    name: 'res.stream',
    code: 'return res.stream(new ReadableStream());',
    expect: { 200: 'application/octet-stream string' },
  },
  {
    name: 'maybe nothing',
    code: 'const user = await load("1"); return user;',
    expect: { 200: 'User', 204: 'void' },
  },
  {
    name: 'module constants',
    before: 'const LIMIT = 10; const NAME = "gati"; const ON = true;',
    code: 'return { limit: LIMIT, name: NAME, on: ON };',
    expect: { 200: "{ limit: number; name: 'gati'; on: boolean }" },
  },
  {
    name: 'content type of its own',
    code: 'res.headers.set("content-type", "text/csv; charset=utf-8"); return res.text("a,b");',
    expect: { 200: "text/csv 'a,b'" },
  },

  // What must not go unseen
  {
    name: 'a method that uses this',
    code: `const ctx = { res, send() { this.res.status = 500; } }; ctx.send(); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'Object.assign',
    code: `Object.assign(res, { status: 404 }); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'Reflect.set',
    code: `Reflect.set(res, "status", 404); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'a template tag',
    code: `const tag = (parts: TemplateStringsArray, r: Res) => { r.status = 404; }; tag\`x\${res}\`; return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'deleted',
    code: `res.body = { a: "x" }; delete (res as { body?: unknown }).body; return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res.status++',
    code: `res.status++; return { ok: "y" };`,
    expect: { default: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_UNKNOWN'],
  },
  {
    name: 'a computed property',
    code: `const key = req.query.key as "status"; res[key] = 404; return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'helper through call',
    code: `fail.call(null, res, 404, "x"); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'one of two responses',
    code: `const other = { status: 1, json: (v: unknown) => v } as unknown as Res; const r = req.params.id ? res : other; r.status = 404; return { ok: "y" };`,
    expect: { 200: "{ ok: 'y' }", 404: "{ ok: 'y' }" },
  },
  {
    name: 'a factory of answers',
    code: `const answer = (r: Res) => (status: 404 | 410) => { r.status = status; return r.json({ error: "e" }); }; return answer(res)(410);`,
    expect: { 410: "{ error: 'e' }" },
  },
  {
    name: 'a timer',
    code: `setTimeout(() => { res.status = 500; }, 1); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'an async call in a list',
    code: `await Promise.all([slow(res)]); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'an iife that nobody awaits',
    code: `void (async () => { await null; res.status = 500; })(); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'a class that has it',
    code: `class Box { constructor(readonly r: Res) {} } new Box(res); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'rejection',
    code: `if (req.params.id) return Promise.reject(new NotFound("a")); return { ok: "y" };`,
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'not_found', "what: 'a'") },
  },
  {
    name: 'comma',
    code: `return (res.status = 201, res.json({ ok: "y" }));`,
    expect: { 201: "{ ok: 'y' }" },
  },
  {
    name: 'void res.json',
    code: `return void res.json({ ok: "y" });`,
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'a closure that flips the condition',
    code: `let ok = req.params.id === "x"; const flip = () => { ok = !ok; }; res.status = ok ? 200 : 404; run(flip); return ok ? { a: "x" } : { b: "y" };`,
    expect: { 200: "{ a: 'x' } | { b: 'y' }", 404: "{ a: 'x' } | { b: 'y' }" },
  },
  {
    name: 'a literal that a helper changes',
    code: `const set = (body: { state: string }) => { body.state = "changed"; return res.json(body); }; return set({ state: "first" });`,
    expect: { 200: '{ state: string }' },
  },
  {
    name: 'a helper with a default',
    code: `const bad = (error = "Bad", status: 400 | 422 = 422) => { res.status = status; return res.json({ error }); }; return req.params.id ? bad() : bad("Other", 400);`,
    expect: { 400: "{ error: 'Other' }", 422: "{ error: 'Bad' }" },
  },
  {
    name: 'spread arguments',
    code: `const parts: [Res, number, string] = [res, 404, "x"]; return fail(...parts);`,
    expect: { 404: "{ error: 'x' }" },
  },
  {
    name: 'many branches',
    code: `let n = 0;\nif (req.query.q0) n = 0;\nif (req.query.q1) n = 1;\nif (req.query.q2) n = 2;\nif (req.query.q3) n = 3;\nif (req.query.q4) n = 4;\nif (req.query.q5) n = 5;\nif (req.query.q6) n = 6;\nif (req.query.q7) n = 7;\nif (req.query.q8) n = 8;\nif (req.query.q9) n = 9;\nif (req.query.q10) n = 10;\nif (req.query.q11) n = 11;\nif (req.query.q12) n = 12;\nif (req.query.q13) n = 13;\nif (req.query.q14) n = 14;\nif (req.query.q15) n = 15;\nif (req.query.q16) n = 16;\nif (req.query.q17) n = 17;\nif (req.query.q18) n = 18;\nif (req.query.q19) n = 19;\nif (req.query.q20) n = 20;\nif (req.query.q21) n = 21;\nif (req.query.q22) n = 22;\nif (req.query.q23) n = 23;\nif (req.query.q24) n = 24;\nif (req.query.q25) n = 25;\nif (req.query.q26) n = 26;\nif (req.query.q27) n = 27;\nif (req.query.q28) n = 28;\nif (req.query.q29) n = 29;\nif (req.query.q30) n = 30;\nif (req.query.q31) n = 31;\nif (req.query.q32) n = 32;\nif (req.query.q33) n = 33;\nif (req.query.q34) n = 34;\nif (req.query.q35) n = 35;\nif (req.query.q36) n = 36;\nif (req.query.q37) n = 37;\nif (req.query.q38) n = 38;\nif (req.query.q39) n = 39;\nres.status = req.query.z ? 201 : 200; return { n };`,
    expect: { 200: '{ n: number }', 201: '{ n: number }' },
  },
  {
    name: 'handler of a class',
    before:
      'class Controller { async get(req: Req, res: Res) { res.status = 500; } }\nconst controller = new Controller();',
    whole: 'export const handler = controller.get.bind(controller);',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
];
