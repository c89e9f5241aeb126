import type { ResponseCase } from './response-case.ts';

/** Statuses and bodies that differ by path. */
export const PATHS: ResponseCase[] = [
  {
    name: 'ternary on the status, paired with the body',
    code: 'const ok = req.params.id === "x"; const a = { state: "a" as const }; const b = { error: "b" as const }; res.status = ok ? 200 : 404; return res.json(ok ? a : b);',
    expect: { 200: "{ state: 'a' }", 404: "{ error: 'b' }" },
  },
  {
    name: 'body paired with the status by a comparison',
    code: 'const k = kind(); res.status = k === "a" ? 200 : 409; return k !== "a" ? { error: "no" } : { ok: "yes" };',
    expect: { 200: "{ ok: 'yes' }", 409: "{ error: 'no' }" },
  },
  {
    name: 'body paired with the status by a negation',
    code: 'const user = await load("1"); res.status = !user ? 404 : 200; if (user) return user; return { error: "none" };',
    expect: { 200: 'User', 404: "{ error: 'none' }" },
  },
  {
    name: 'status in a let variable',
    code: 'let status = 200; if (req.params.id === "x") status = 201; res.status = status; return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 201: "{ ok: 'y' }" },
  },
  {
    name: 'status of a union type',
    code: 'const status: 200 | 206 = req.params.id ? 200 : 206; const s = status as 200 | 206; res.status = s; return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 206: "{ ok: 'y' }" },
  },
  {
    name: 'status from a constant map',
    before: 'const STATUS = { a: 200, b: 404, c: 409 } as const;',
    code: 'const k = kind(); res.status = STATUS[k]; return { k };',
    expect: {
      200: "{ k: 'a' | 'b' | 'c' }",
      404: "{ k: 'a' | 'b' | 'c' }",
      409: "{ k: 'a' | 'b' | 'c' }",
    },
  },
  {
    name: 'status from an enum',
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
    name: 'status that is not allowed',
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
    name: '&& as a statement',
    code: 'req.params.id === "x" && (res.status = 201); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 201: "{ ok: 'y' }" },
  },
  {
    name: 'value of type undefined before ??',
    code: 'const user = await load("1"); if (!user) return user ?? 4; return { found: user.id };',
    expect: { 200: '{ found: string } | number' },
  },
  {
    name: '|| and ??',
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
    name: 'switch that is exhaustive',
    code: 'const k = kind(); switch (k) { case "a": return { k: "A" }; case "b": return { k: "B" }; case "c": return { k: "C" }; }',
    expect: { 200: "{ k: 'A' } | { k: 'B' } | { k: 'C' }" },
  },
  {
    name: 'switch that is exhaustive by never',
    code: 'const k = kind(); switch (k) { case "a": return { k: "A" }; case "b": case "c": return { k: "BC" }; default: return assertNever(k); }',
    expect: { 200: "{ k: 'A' } | { k: 'BC' }" },
  },
  {
    name: 'switch paired with a later test of the same value',
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
    name: 'do loop and labels',
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
    name: 'property that a call may change between two tests',
    code: 'const job = { done: false as boolean }; res.status = job.done ? 200 : 202; give(job); return job.done ? { state: "done" } : { state: "open" };',
    expect: {
      200: "{ state: 'done' } | { state: 'open' }",
      202: "{ state: 'done' } | { state: 'open' }",
    },
  },
  {
    name: 'variable that is assigned between two tests',
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
    name: 'comparisons of computed values',
    code: 'if (req.headers.authorization !== `Bearer ${req.params.id}`) { res.status = 401; return { error: "a" }; }\nif ((req.headers.host ?? "x") === "y") { res.status = 403; return { error: "b" }; }\nconst same = [req.params.id][0] === `${req.method}`;\nreturn { same };',
    expect: { 200: '{ same: boolean }', 401: "{ error: 'a' }", 403: "{ error: 'b' }" },
  },
];
