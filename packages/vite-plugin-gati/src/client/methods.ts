import type { Throwing } from './options.ts';
import type { Outcome } from './result.ts';
import type { Connection } from './socket.ts';

/** A call of a generated client whose route needs something. */
export interface Method<Request, Result, Throw extends boolean> {
  <T extends boolean = Throw>(request: Request & Throwing<T>): Promise<Outcome<Result, T>>;
}

/** A call whose route needs nothing. */
export interface OptionalMethod<Request, Result, Throw extends boolean> {
  <T extends boolean = Throw>(request?: Request & Throwing<T>): Promise<Outcome<Result, T>>;
}

export interface SocketMethod<Request, Sent, Received> {
  (request: Request): Connection<Sent, Received>;
}

export interface OptionalSocketMethod<Request, Sent, Received> {
  (request?: Request): Connection<Sent, Received>;
}

/** `call('POST /payments/:id/capture', { … })`. `Plain` are the routes that need nothing. */
export interface Call<
  Routes extends { [Id in keyof Routes]: RouteEntry },
  Plain extends keyof Routes,
  Throw extends boolean,
> {
  <Id extends Plain>(route: Id): Promise<Outcome<Routes[Id]['result'], Throw>>;
  <Id extends keyof Routes, T extends boolean = Throw>(
    route: Id,
    request: Routes[Id]['request'] & Throwing<T>,
  ): Promise<Outcome<Routes[Id]['result'], T>>;
}

export interface RouteEntry {
  request: object;
  result: unknown;
}

/** `connect('WS /chat/:room', { … })`. */
export interface ConnectTo<
  Sockets extends { [Id in keyof Sockets]: SocketEntry },
  Plain extends keyof Sockets,
> {
  <Id extends Plain>(route: Id): Connection<Sockets[Id]['sent'], Sockets[Id]['received']>;
  <Id extends keyof Sockets>(
    route: Id,
    request: Sockets[Id]['request'],
  ): Connection<Sockets[Id]['sent'], Sockets[Id]['received']>;
}

export interface SocketEntry {
  request: object;
  sent: unknown;
  received: unknown;
}
