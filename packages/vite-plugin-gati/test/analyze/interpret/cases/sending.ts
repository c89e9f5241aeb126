import type { ResponseCase } from './response-case.ts';

/** Ways to send a response. */
export const SENDING: ResponseCase[] = [
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
  { name: 'neither status nor body', code: 'gctx.logger.info("x");', expect: { 204: 'void' } },
  { name: 'status and nothing else', code: 'res.status = 202;', expect: { 202: 'void' } },
  { name: 'res.text', code: 'return res.text("pong");', expect: { 200: "text/plain 'pong'" } },
  { name: 'res.redirect', code: 'return res.redirect("/x");', expect: { 302: 'void' } },
  {
    name: 'res.redirect with a status',
    code: 'return res.redirect("/x", 308);',
    expect: { 308: 'void' },
  },
  {
    name: 'body assigned before the end of the handler',
    code: 'res.body = { a: "x" }; res.status = 201;',
    expect: { 201: "{ a: 'x' }" },
  },
  {
    name: 'res.json twice, of which the last counts',
    code: 'res.json({ a: "x" }); res.json({ b: "y" });',
    expect: { 200: "{ b: 'y' }" },
  },
  {
    name: 'assigned body, which replaces the returned one',
    code: 'res.body = { a: "x" }; return { b: "y" };',
    expect: { 200: "{ a: 'x' }" },
  },
  {
    name: 'constants in a body',
    code: 'return { s: "a", n: 1 as const, b: true, t: `x`, neg: -1, u: null, v: undefined };',
    expect: { 200: "{ s: 'a'; n: 1; b: boolean; t: 'x'; neg: number; u: null }" },
  },
  {
    name: 'as const object',
    code: 'return { a: 1, b: true } as const;',
    expect: { 200: '{ a: 1; b: true }' },
  },
  {
    name: 'arrays in a body',
    code: 'return { list: ["a", "b"], numbers: [1, 2], empty: [] as string[] };',
    expect: { 200: "{ list: ('a' | 'b')[]; numbers: number[]; empty: string[] }" },
  },
  {
    name: 'empty array without another path',
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
    name: 'parameters typed by Args',
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
    name: 'handler with satisfies',
    whole:
      'export const handler = (async (req, res) => ({ id: req.params.id })) satisfies Handler<typeof route>;',
    expect: { 200: '{ id: string }' },
  },
];
