export { type Caller, createCaller } from './caller.ts';
export { type CallEvent, onCall } from './calls.ts';
export type { AnyCredentials, Credential } from './credentials.ts';
export { CallError, ClientError, ConnectionError } from './errors.ts';
export type { EventStream } from './events.ts';
export type {
  Call,
  ConnectTo,
  Method,
  OptionalMethod,
  OptionalSocketMethod,
  RouteEntry,
  SocketEntry,
  SocketMethod,
} from './methods.ts';
export type {
  CallInfo,
  CallOptions,
  CallRequest,
  ClientOptions,
  ClientSettings,
  HeaderValues,
  Interceptor,
  RetryOptions,
  Throwing,
  WebSocketLike,
} from './options.ts';
export type {
  AnyResult,
  ErrorStatus,
  Failure,
  NetworkError,
  NetworkFailure,
  OtherFailure,
  OtherProblem,
  OtherSuccess,
  Outcome,
  Problem,
  ResponseHeaders,
  Success,
  SuccessStatus,
} from './result.ts';
export { type Connect, type Connection, type ConnectRequest, createConnect } from './socket.ts';
export { type CallTree, createTree } from './tree.ts';
