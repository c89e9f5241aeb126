import { problem, type ResponseCase } from './response-case.ts';

/** Uses of `res` that the analysis must notice, even if it can't follow them. */
export const ESCAPES: ResponseCase[] = [
  {
    name: 'method that uses this',
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
    name: 'res in a template tag',
    code: `const tag = (parts: TemplateStringsArray, r: Res) => { r.status = 404; }; tag\`x\${res}\`; return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'deleted property of res',
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
    name: 'computed property of res',
    code: `const key = req.query.key as "status"; res[key] = 404; return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res method through call',
    code: `fail.call(null, res, 404, "x"); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'res from a choice',
    code: `const other = { status: 1, json: (v: unknown) => v } as unknown as Res; const r = req.params.id ? res : other; r.status = 404; return { ok: "y" };`,
    expect: { 200: "{ ok: 'y' }", 404: "{ ok: 'y' }" },
  },
  {
    name: 'factory of responses',
    code: `const answer = (r: Res) => (status: 404 | 410) => { r.status = status; return r.json({ error: "e" }); }; return answer(res)(410);`,
    expect: { 410: "{ error: 'e' }" },
  },
  {
    name: 'res in a timer',
    code: `setTimeout(() => { res.status = 500; }, 1); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'async call in a list',
    code: `await Promise.all([slow(res)]); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'async IIFE that is not awaited',
    code: `void (async () => { await null; res.status = 500; })(); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'class that gets res',
    code: `class Box { constructor(readonly r: Res) {} } new Box(res); return { ok: "y" };`,
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'Promise.reject',
    code: `if (req.params.id) return Promise.reject(new NotFound("a")); return { ok: "y" };`,
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'not_found', "what: 'a'") },
  },
  {
    name: 'comma operator',
    code: `return (res.status = 201, res.json({ ok: "y" }));`,
    expect: { 201: "{ ok: 'y' }" },
  },
  {
    name: 'void res.json',
    code: `return void res.json({ ok: "y" });`,
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'closure that changes the condition',
    code: `let ok = req.params.id === "x"; const flip = () => { ok = !ok; }; res.status = ok ? 200 : 404; run(flip); return ok ? { a: "x" } : { b: "y" };`,
    expect: { 200: "{ a: 'x' } | { b: 'y' }", 404: "{ a: 'x' } | { b: 'y' }" },
  },
  {
    name: 'object literal that a helper changes',
    code: `const set = (body: { state: string }) => { body.state = "changed"; return res.json(body); }; return set({ state: "first" });`,
    expect: { 200: '{ state: string }' },
  },
  {
    name: 'helper with a default parameter',
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
