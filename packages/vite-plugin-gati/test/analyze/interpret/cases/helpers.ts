import type { ResponseCase } from './response-case.ts';

/** Aliases of `res`, and functions that get it. */
export const HELPERS: ResponseCase[] = [
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
    name: 'async helper that is not awaited',
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
    name: 'res passed to a function that is not followed',
    code: 'give(res); return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res passed in an object to a function that is not followed',
    code: 'give({ deep: [{ res }] }); return { ok: "y" };',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res stored in a property',
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
    name: 'promise chain with then',
    code: 'return load(req.params.id).then((user) => { res.status = user ? 200 : 404; return res.json(user ?? { error: "none" }); });',
    expect: { 200: 'User', 404: "{ error: 'none' }" },
  },
];
