import { isBelow } from '../../../src/scan/layout.ts';
import type { RouteFile, Scan } from '../../../src/scan/types.ts';
import { GUARDED_FILES, GUARDED_FOLDERS } from './guarded-files.ts';

/**
 * The handlers of an app by file, written as users write them. `@ts-expect-error` holds what must
 * not compile.
 */
export const FILES: Record<string, string> = {
  'src/gati-env.d.ts': `/// <reference types="vite-plugin-gati/types" />
// @ts-ignore -- not there before the first run
import '../.gati/types/gati.js';
`,
  'src/handlers/payments/capture.ts': `export const route = 'POST /payments/:id/capture';

export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const ok = await gctx.modules.ledger.reserve(req.params.id, req.body.amount);
  if (!ok) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  await gctx.effects.enqueue('capturePayment', { id: req.params.id });
  res.status = 202;
  res.body = { state: 'capturing' };
};

export type Body = { amount: number };
`,
  'src/handlers/payments/refund.ts': `export const route = 'POST /payments/:id/refund';

export async function handler(...[req, res, gctx, lctx]: Args<typeof route>) {
  const amount: number = req.body.amount;
  const id: string = req.params.id;
  lctx.logger.info('refund', { id });
  // @ts-expect-error -- no such parameter
  req.params.nope;
  // @ts-expect-error -- no such field
  req.body.nope;
  // @ts-expect-error -- a number
  const text: string = req.body.amount;
  // @ts-expect-error -- no such module
  gctx.modules.nope;
  // @ts-expect-error -- no such function
  gctx.modules.ledger.nope;
  // @ts-expect-error -- a constant is not a function of the module
  gctx.modules.ledger.LIMIT;
  // @ts-expect-error -- takes an amount as well
  await gctx.modules.ledger.reserve(id);
  // @ts-expect-error -- no such effect
  await gctx.effects.enqueue('nope', {});
  // @ts-expect-error -- another payload
  await gctx.effects.enqueue('capturePayment', { id: 1 });
  // @ts-expect-error -- a status is a number
  res.status = '409';
  // @ts-expect-error -- assigned, not called
  res.status(409);
  await gctx.effects.enqueue('mail', { at: '2026-01-01' });
  // @ts-expect-error -- the input of the schema, not its output
  await gctx.effects.enqueue('mail', { at: new Date() });
  const { id: job } = await gctx.effects.enqueue('nightly', undefined, { delay: 1000 });
  const rate: number = await gctx.modules.rates.rate('EUR');
  const port: number = gctx.config.PORT;
  // @ts-expect-error -- not in the schema
  gctx.config.NOPE;
  return { amount, text, job, rate, port };
}

export const body = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value: value as { amount: number } }), types: undefined as { input: { amount: string }; output: { amount: number } } | undefined },
} as const;
`,
  'src/handlers/search.ts': `export const route = 'GET /search/*rest';
export type Query = { q: string; page?: number };
export type Headers = { 'x-tenant': string; 'x-count': number };

export const handler: Handler<typeof route> = (req, _res, _gctx, lctx) => {
  const q: string = req.query.q;
  const page: number | undefined = req.query.page;
  const rest: string = req.params.rest;
  const tenant: string = req.headers['x-tenant'];
  const count: number = req.headers['x-count'];
  // @ts-expect-error -- what is not declared of the query is not there
  req.query.nope;
  const aborted: boolean = lctx.signal.aborted;
  return { q, page, rest, tenant, count, aborted };
};
`,
  'src/handlers/plain.ts': `export const route = 'PUT /plain/:a/:b';

export const handler: Handler<typeof route> = (req, res, gctx) => {
  const { a, b }: { a: string; b: string } = req.params;
  const list: string | string[] | undefined = req.query.anything;
  const agent: string | undefined = req.headers['user-agent'];
  // @ts-expect-error -- not known without a declaration
  req.body.amount;
  const version: string = gctx.release.version;
  res.headers.set('x-version', version);
  res.cookie('seen', '1', { sameSite: 'lax' });
  return res.json({ a, b, list, agent });
};
`,
  'src/handlers/conventional/[id].get.ts': `export const handler: Handler<'GET /conventional/:id'> = (req) => ({ id: req.params.id });
`,
  'src/handlers/any.ts': `export const handler: Handler = (req) => ({ id: req.params.id, body: req.body });
`,
  'src/handlers/_middleware.ts': `export const middleware: Middleware = async (req, res, _gctx, lctx, next) => {
  if (!req.headers.authorization) {
    res.status = 401;
    return res.json({ error: 'Unauthorized' });
  }
  lctx.state.set('user', req.cookies.user);
  return next();
};
`,
  'src/handlers/chat.ts': `export const route = 'WS /chat/:room';
export type Receive = { say: string };
export type Send = { from: string; text: string };

export const socket: Socket<typeof route> = {
  open(peer, gctx) {
    const room: string = peer.params.room;
    peer.subscribe(room);
    gctx.logger.info('opened', { room });
  },
  message(peer, message) {
    const text: string = message.say;
    peer.send({ from: peer.id, text });
    // @ts-expect-error -- no message of this kind
    peer.send({ text });
    // @ts-expect-error -- no such field
    message.nope;
  },
};
`,
  ...GUARDED_FILES,
  'src/modules/ledger.ts': `export const LIMIT = 10;
export async function reserve(id: string, amount: number): Promise<boolean> {
  return id !== '' && amount < LIMIT;
}
`,
  'src/modules/rates.ts': `function defineModule<Api>(definition: { setup(gctx: GlobalContext): Api | Promise<Api>; dispose?(api: Api): void }): typeof definition {
  return definition;
}

export default defineModule({
  async setup(gctx) {
    gctx.logger.info('rates');
    return { rate: async (currency: string): Promise<number> => currency.length };
  },
});
`,
  'src/effects/capturePayment.ts': `export const effect = 'capturePayment';
export async function run(payload: { id: string }, ectx: EffectContext): Promise<void> {
  ectx.logger.info('captured', { id: payload.id, attempt: ectx.attempt });
}
`,
  'src/effects/mail.ts': `const schema = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value: value as { at: Date } }), types: undefined as { input: { at: string }; output: { at: Date } } | undefined },
} as const;
export const payload = schema;
export async function run({ at }: { at: Date }) {
  return at.getTime();
}
`,
  'src/effects/nightly.ts': `export async function run() {}
`,
  'src/config.ts': `const schema = {
  '~standard': { version: 1, vendor: 'own', validate: (value: unknown) => ({ value: value as { PORT: number } }), types: undefined as { input: { PORT: string }; output: { PORT: number } } | undefined },
} as const;
export default schema;
`,
  'src/virtual.ts': `import manifest from 'virtual:gati/manifest';
import all, { type Route, routes } from 'virtual:gati/routes';

export const ids: string[] = [...routes, ...all].map((route: Route) => route.id);
export const release: string = manifest.release.version;
// @ts-expect-error -- no such key
manifest.nope;
`,
  'src/page.ts': `// In a browser a timer is a number: no Node type may come in with the types of handlers.
export const timer: number = setTimeout(() => {}, 1);
// @ts-expect-error -- nor its globals
process.env;
`,
};

const route = (
  id: string,
  file: string,
  exports: Partial<RouteFile['exports']> = {},
  guards: string[] = [],
): RouteFile => {
  const [method, path] = id.split(' ') as [RouteFile['method'], string];
  return {
    id,
    method,
    path,
    domain: 'root',
    name: [],
    file,
    line: 1,
    exports: { values: [], types: [], ...exports },
    handler: 'handler',
    guards,
    middleware: GUARDED_FOLDERS.filter(
      ({ role, folder }) => role === 'middleware' && isBelow(file, folder),
    ).map((each) => each.file),
  };
};

export const SCAN: Scan = {
  routes: [
    route('GET /club/office/desk', 'src/handlers/club/office/desk.ts', {}, [
      'src/handlers/club/_guard.ts',
      'src/handlers/club/office/_guard.ts',
    ]),
    route('GET /club/office/back/safe', 'src/handlers/club/office/back/safe.ts', {}, [
      'src/handlers/club/_guard.ts',
      'src/handlers/club/office/_guard.ts',
      'src/handlers/club/office/back/_guard.ts',
    ]),
    route('GET /club/open', 'src/handlers/club/open.ts'),
    route('GET /club/office/back/open', 'src/handlers/club/office/back/open.ts'),
    route('WS /club/live', 'src/handlers/club/live.ts', {}, ['src/handlers/club/_guard.ts']),
    route('GET /loose/a', 'src/handlers/loose/a.ts', {}, ['src/handlers/loose/_guard.ts']),
    route('GET /conventional/:id', 'src/handlers/conventional/[id].get.ts'),
    route('GET /search/*rest', 'src/handlers/search.ts', { types: ['Headers', 'Query'] }),
    route('POST /payments/:id/capture', 'src/handlers/payments/capture.ts', { types: ['Body'] }),
    route('POST /payments/:id/refund', 'src/handlers/payments/refund.ts', {
      values: ['body', 'handler', 'route'],
    }),
    route('PUT /plain/:a/:b', 'src/handlers/plain.ts', { values: ['handler', 'route'] }),
    route('WS /chat/:room', 'src/handlers/chat.ts', { types: ['Receive', 'Send'] }),
  ],
  modules: [
    { name: 'ledger', file: 'src/modules/ledger.ts' },
    { name: 'rates', file: 'src/modules/rates.ts' },
  ],
  effects: [
    { name: 'capturePayment', file: 'src/effects/capturePayment.ts' },
    { name: 'mail', file: 'src/effects/mail.ts', exportsPayload: true },
    { name: 'nightly', file: 'src/effects/nightly.ts' },
  ],
  folders: GUARDED_FOLDERS,
  config: 'src/config.ts',
  versions: [],
  diagnostics: [],
};
