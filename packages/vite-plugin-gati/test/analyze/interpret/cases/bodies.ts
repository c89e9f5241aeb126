import type { ResponseCase } from './response-case.ts';

/** Types of bodies. */
export const BODIES: ResponseCase[] = [
  {
    name: 'spread in a body',
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
    name: 'enum in a body',
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
    name: 'body of type any',
    code: 'return anything();',
    expect: { 200: 'unknown' },
    warnings: ['GATI_TYPE_ANY'],
  },
  { name: 'body of type unknown', code: 'return unknownThing();', expect: { 200: 'unknown' } },
  {
    name: 'function in a body, which JSON leaves out',
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
    name: 'class without toJSON',
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
    name: 'body that may be undefined',
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
    name: 'content type set by the handler',
    code: 'res.headers.set("content-type", "text/csv; charset=utf-8"); return res.text("a,b");',
    expect: { 200: "text/csv 'a,b'" },
  },
];
