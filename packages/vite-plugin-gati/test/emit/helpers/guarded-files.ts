import type { FolderFile } from '../../../src/scan/types.ts';

/** Guards and middleware of an app, and handlers that use what they add, written as users write them. */
export const GUARDED_FILES: Record<string, string> = {
  'src/handlers/club/_guard.ts': `export interface User { id: string; isAdmin(): boolean }
declare function find(sid: string | undefined): Promise<User | undefined>;

export const guard = (async (req, gctx, lctx) => {
  // @ts-expect-error -- the body is not read yet
  req.body;
  const page: string | string[] | undefined = req.query.page;
  gctx.logger.info(lctx.route, { page });
  const user = await find(req.cookies.sid);
  if (user === undefined) throw new Error();
  return { user, level: 1 };
}) satisfies Guard<'/club'>;
`,
  'src/handlers/club/_middleware.ts': `export type State = { tenant: { name: string } };

export const middleware: Middleware<'/club'> = async (_req, _res, _gctx, lctx, next) => {
  const id: string | undefined = lctx.user?.id;
  lctx.state.set('tenant', { name: String(id) });
  // @ts-expect-error -- another type
  lctx.state.set('tenant', 1);
  lctx.state.set('else', 1);
  return next();
};
`,
  'src/handlers/club/office/_guard.ts': `export type Local = { level: 'high'; office: string };

export const guard: Guard<'/club/office'> = async (_req, _gctx, lctx) => {
  const admin: boolean = lctx.user.isAdmin();
  const level: number = lctx.level;
  // @ts-expect-error -- added by this guard itself
  lctx.office;
  return { level: 'high', office: String(admin && level) };
};
`,
  'src/handlers/club/office/back/_guard.ts': `export const guard: Guard<'/club/office/back'> = async (_req, _gctx, lctx) => {
  if (!lctx.user.isAdmin() || lctx.office === '') throw new Error();
};
`,
  'src/handlers/club/office/back/safe.ts': `export const route = 'GET /club/office/back/safe';

export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => {
  // @ts-expect-error -- no guard adds it
  lctx.usr;
  return { id: lctx.user.id, level: lctx.level };
};
`,
  // Its guards are turned off, so they never run without the fields of outer guards.
  'src/handlers/club/office/back/open.ts': `export const route = 'GET /club/office/back/open';

export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => {
  // @ts-expect-error -- its guards are turned off
  return { user: lctx.user };
};
`,
  'src/handlers/club/office/wrong.ts': `// @ts-expect-error -- it does not return what the file declares
export const guard: Guard<'/club/office'> = async () => ({ level: 'low' });
// @ts-expect-error -- no such folder
export const other: Guard<'/klub'> = async () => {};
// @ts-expect-error -- a boolean rejects nothing
export const bool = (() => false) satisfies Guard;
`,
  'src/handlers/club/office/desk.ts': `export const route = 'GET /club/office/desk';

const audit = (lctx: LocalContext): string => lctx.requestId;
const who = (lctx: RouteLocal<typeof route>): string => lctx.user.id;

export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => {
  const level: 'high' = lctx.level;
  const tenant: string = lctx.state.get('tenant').name;
  const other: unknown = lctx.state.get('else');
  // @ts-expect-error -- no guard adds it
  lctx.nope;
  // @ts-expect-error -- what guards add stays
  lctx.level = 'high';
  return { admin: lctx.user.isAdmin(), level, tenant, other, office: lctx.office, who: who(lctx), audit: audit(lctx) };
};
`,
  'src/handlers/club/open.ts': `export const route = 'GET /club/open';

export function handler(...[_req, _res, _gctx, lctx]: Args<typeof route>) {
  // @ts-expect-error -- its guard is turned off
  return { user: lctx.user, tenant: lctx.state.get('tenant').name };
}
`,
  'src/handlers/club/live.ts': `export const route = 'WS /club/live';

export const socket: Socket<typeof route> = {
  open(peer) {
    const id: string = peer.lctx.user.id;
    peer.lctx.logger.info(id, { tenant: peer.lctx.state.get('tenant').name });
  },
};
`,
  'src/handlers/loose/_guard.ts': `export const guard: Guard<'/loose'> = async () => ({ user: 1 });
`,
  'src/handlers/loose/a.ts': `export const route = 'GET /loose/a';

export const handler: Handler<typeof route> = (_req, _res, _gctx, lctx) => {
  // @ts-expect-error -- the type of the guard hides it
  const user: unknown = lctx.user;
  return { user, id: lctx.requestId };
};
`,
};

const folder = (role: FolderFile['role'], name: string, ...types: string[]): FolderFile => ({
  role,
  file: `src/handlers${name}/_${role}.ts`,
  folder: name,
  types,
});

export const GUARDED_FOLDERS: FolderFile[] = [
  { role: 'middleware', file: 'src/handlers/_middleware.ts', folder: '/', types: [] },
  folder('guard', '/club', 'User'),
  folder('middleware', '/club', 'State'),
  folder('guard', '/club/office', 'Local'),
  folder('guard', '/club/office/back'),
  folder('guard', '/loose'),
];
