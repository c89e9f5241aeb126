import { problem, type ResponseCase } from './response-case.ts';

const DTO = `interface Dto { state: string; kind: 'a' | 'b'; next: Date | null }
interface Other { reason: string }
const value = (): 'a' | 'b' => 'a';
type Sent<T> = __GatiSent<T>;
`;
const DTO_TYPE = "{ state: string; kind: 'a' | 'b'; next: string | null }";
const LITERAL = "{ state: 'placed', kind: 'a', next: null }";
const defs = { Dto: DTO_TYPE };

/** Types that a person wrote: each is the contract, and the literals behind it are not. */
export const DECLARED: ResponseCase[] = [
  ...Object.entries({
    'return type of an async arrow function': `export const handler: Handler<typeof route> = async (): Promise<Dto> => (${LITERAL});`,
    'return type of an arrow function': `export const handler: Handler<typeof route> = (): Dto => (${LITERAL});`,
    'return type of a function': `export async function handler(..._: Args<typeof route>): Promise<Dto> { return ${LITERAL}; }`,
    'return type of a function expression': `export const handler = async function (): Promise<Dto> { return ${LITERAL}; };`,
    'return type of a default export': `export default async function (): Promise<Dto> { return ${LITERAL}; }`,
    'type of the handler': `export const handler: (req: Req, res: Res) => Promise<Dto> = async () => (${LITERAL});`,
    'alias that the handler has as its type': `type Run = () => Promise<Dto>; export const handler: Run = async () => (${LITERAL});`,
    'type that the handler is asserted to have': `export const handler = (async () => (${LITERAL})) as () => Promise<Dto>;`,
    'type of a name for the handler': `const place = async () => (${LITERAL}); export const handler: () => Promise<Dto> = place;`,
    'return type beside satisfies': `export const handler = (async (): Promise<Dto> => (${LITERAL})) satisfies () => unknown;`,
    'type argument of res.json': `export const handler: Handler<typeof route> = (_req, res) => res.json<Dto>(${LITERAL});`,
    'type argument of a destructured json': `export const handler: Handler<typeof route> = (_req, { json }) => json<Dto>(${LITERAL});`,
    'type argument of res.json that is not returned': `export const handler: Handler<typeof route> = (_req, res) => { res.json<Dto>(${LITERAL}); };`,
    'type of what res.json sent': `export const handler = (_req: Req, res: Res): Sent<Dto> => res.json(${LITERAL});`,
    'type of what an async handler sent': `export const handler = async (_req: Req, res: Res): Promise<Sent<Dto>> => { return res.json(${LITERAL}); };`,
    'assertion in res.body': `export const handler: Handler<typeof route> = (_req, res) => { res.body = ${LITERAL} as Dto; };`,
    'assertion of a choice': `export const handler: Handler<typeof route> = (req, res) => { res.body = (req.params.id ? ${LITERAL} : { state: 'x', kind: 'b', next: null }) as Dto; };`,
    'assertion in return': `export const handler: Handler<typeof route> = () => (${LITERAL}) as Dto;`,
    'typed variable in res.body': `export const handler: Handler<typeof route> = (_req, res) => { const body: Dto = ${LITERAL}; res.body = body; };`,
    'result of a wrapper': `const wrap = (fn: () => unknown): (() => Promise<Dto>) => async () => { fn(); return ${LITERAL}; };
export const handler = wrap(() => 1);`,
    'type of a wrapped handler': `const wrap = (fn: () => unknown) => async () => { fn(); return ${LITERAL}; };
export const handler: () => Promise<Dto> = wrap(() => 1);`,
    'result of the wrapped function': `const wrap = <T,>(fn: () => T) => async () => fn();
export const handler = wrap((): Dto => (${LITERAL}));`,
    'result of a helper': `const make = (): Dto => (${LITERAL}); export const handler: Handler<typeof route> = () => make();`,
    'result of a helper with the response': `const make = (res: Res): Dto => { res.status = 200; return ${LITERAL}; };
export const handler: Handler<typeof route> = (_req, res) => make(res);`,
    'result of an async helper with the response': `const make = async (res: Res): Promise<Dto> => { res.status = 200; return ${LITERAL}; };
export const handler: Handler<typeof route> = async (_req, res) => await make(res);`,
    'parameter of a helper with the response': `const ok = (res: Res, dto: Dto) => res.json(dto);
export const handler: Handler<typeof route> = (_req, res) => ok(res, ${LITERAL});`,
    'element of a class': `class Orders { place(res: Res): Dto { res.status = 200; return ${LITERAL}; } }
const orders = new Orders(); export const handler: Handler<typeof route> = (_req, res) => orders.place(res);`,
  }).map(([name, whole]) => ({
    name: `declared: ${name}`,
    before: DTO,
    whole,
    expect: { 200: 'Dto' },
    defs,
  })),
  {
    name: 'declared: fields of a body',
    before: DTO,
    code: "const state: string = 'placed'; return { state, kind: value() };",
    expect: { 200: "{ state: string; kind: 'a' | 'b' }" },
  },
  {
    name: 'declared: a variable that is assigned later',
    code: "let state: string = 'placed'; if (req.params.id) state = 'sent'; return { state };",
    expect: { 200: '{ state: string }' },
  },
  {
    name: 'declared: each path has its member of the union',
    before: DTO,
    whole: `export const handler = async (req: Req, res: Res): Promise<Dto | Other> => {
  if (!req.headers.a) { res.status = 404; return { reason: 'none' }; }
  return ${LITERAL};
};`,
    expect: { 200: 'Dto', 404: 'Other' },
    defs: { ...defs, Other: '{ reason: string }' },
  },
  {
    name: 'declared: each path has its member of the union that was sent',
    before: DTO,
    whole: `export const handler = async (req: Req, res: Res): Promise<Sent<Dto> | Sent<Other>> => {
  if (!req.headers.a) { res.status = 404; return res.json({ reason: 'none' }); }
  return res.json({ state: 'placed', kind: 'a', next: null });
};`,
    expect: { 200: 'Dto', 404: 'Other' },
  },
  {
    name: 'declared: each path of a choice has its member of the union',
    before: DTO,
    whole: `export const handler = (req: Req, res: Res): Dto | Other =>
  (res.status = req.headers.a ? 200 : 404) === 200 ? ${LITERAL} : { reason: 'none' };`,
    expect: { 200: 'Dto | Other', 404: 'Dto | Other' },
  },
  {
    name: 'declared: a discriminated union keeps its pairs',
    whole: `export const handler = async (req: Req, res: Res): Promise<Result> => {
  const r = await result();
  res.status = r.ok ? 200 : 404;
  return r;
};`,
    expect: {
      200: '{ ok: true; user: User }',
      404: "{ ok: false; reason: 'banned' | 'missing' }",
    },
  },
  {
    name: 'declared: `undefined` means no body',
    before: DTO,
    whole: `export const handler = async (req: Req): Promise<Dto | undefined> => {
  if (!req.headers.a) return;
  return ${LITERAL};
};`,
    expect: { 200: 'Dto', 204: 'void' },
  },
  {
    name: 'declared: null is a body',
    before: DTO,
    whole: `export const handler = async (req: Req): Promise<Dto | null> => {
  if (!req.headers.a) return null;
  return ${LITERAL};
};`,
    expect: { 200: 'Dto | null' },
  },
  {
    name: 'declared: unknown says nothing',
    whole: "export const handler = async (): Promise<unknown> => ({ state: 'placed' });",
    expect: { 200: "{ state: 'placed' }" },
  },
  {
    name: 'declared: a list',
    before: DTO,
    whole: 'export const handler = async (): Promise<Dto[]> => [];',
    expect: { 200: 'Dto[]' },
  },
  {
    name: 'declared: a string',
    whole: "export const handler = async (): Promise<string> => 'pong';",
    expect: { 200: 'string' },
  },
  {
    name: 'declared: events',
    before: DTO,
    whole: `async function* ticks() { yield { state: 'x', kind: 'a' as const, next: null }; }
export const handler = (): AsyncIterable<Dto> => ticks();`,
    expect: { 200: 'text/event-stream* Dto' },
  },
  {
    name: 'declared: events of a generator',
    before: DTO,
    whole: `export const handler: () => AsyncGenerator<Dto> = async function* () { yield ${LITERAL}; };`,
    expect: { 200: 'text/event-stream* Dto' },
  },
  {
    name: 'declared: a body for data of any type',
    before: DTO,
    whole: 'export const handler = (): Dto => anything();',
    expect: { 200: 'Dto' },
  },
  {
    name: 'declared: errors stay',
    before: DTO,
    whole: `export const handler = (req: Req): Dto => {
  if (!req.headers.a) throw new HttpError(404, 'none');
  return ${LITERAL};
};`,
    expect: { 200: 'Dto', 404: problem(404, 'none') },
  },
  {
    name: 'declared: a status in an options object is still known',
    code: "const fail = (res: Res, o: { status: number; error: string }) => { res.status = o.status; return res.json({ error: o.error }); };\nreturn fail(res, { status: 409, error: 'busy' });",
    expect: { 409: "{ error: 'busy' }" },
  },
  {
    name: 'not declared: literals stay constants',
    code: `return ${LITERAL};`,
    expect: { 200: "{ state: 'placed'; kind: 'a'; next: null }" },
  },
];
