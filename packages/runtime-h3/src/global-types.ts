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
} from './types/context.ts';
export type {
  EffectContext,
  EffectFile,
  EffectJob,
  EnqueueOptions,
  RateLimit,
  RetryPolicy,
} from './types/effects.ts';
export type { ModuleDefinition } from './types/modules.ts';
export type { MigrationOf } from './releases/migrate/migration-of.ts';
