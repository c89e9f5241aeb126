/**
 * Entry `@gati/runtime-h3/types`: the types that `vite-plugin-gati/types` makes global. None refers
 * to a type of Node, so the globals of a browser client stay as they are. Internal: for that file;
 * changes without notice.
 */
export type {
  Args,
  Body,
  CookieOptions,
  Enqueue,
  FolderName,
  GlobalContext,
  Guard,
  GuardRequest,
  Handler,
  LocalContext,
  LocalState,
  Logger,
  Middleware,
  ParamNames,
  Params,
  Query,
  Receive,
  Req,
  RequestHeaders,
  Res,
  RouteLocal,
  RouteId,
  Security,
  Send,
  Sent,
  SocketHooks,
  SocketPeer,
} from './types/context.ts';
export type {
  EffectContext,
  EffectFile,
  EffectJob,
  WaitOptions,
  EnqueueOptions,
  RateLimit,
  RetryPolicy,
} from './types/effects.ts';
export type { ModuleDefinition } from './types/modules.ts';
export type { MigrationOf } from './types/migration-of.ts';
