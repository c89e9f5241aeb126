/** What the global types of an app refer to. It leads to no Node type, so that a client's own globals stay as they are. */
export type {
  Args,
  Body,
  CookieOptions,
  Enqueue,
  GlobalContext,
  Handler,
  LocalContext,
  Logger,
  Middleware,
  ParamNames,
  Params,
  Query,
  Receive,
  Req,
  RequestHeaders,
  Res,
  RouteId,
  Send,
  Sent,
  SocketHooks,
  SocketPeer,
} from './context/types.ts';
export type {
  EffectContext,
  EffectFile,
  EffectJob,
  EnqueueOptions,
  RateLimit,
  RetryPolicy,
} from './effects/types.ts';
export type { ModuleDefinition } from './modules/types.ts';
export type { MigrationOf } from './releases/migrate/typed.ts';
