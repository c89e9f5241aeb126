// The types that the generated client is made of: a method or a socket method per route, `call` and
// `connect` for route ids.
import type { Throwing } from './options.ts';
import type { Outcome } from './result.ts';
import type { Connection } from './socket.ts';

// These are function types, not interfaces with a call signature: an editor that goes to the
// definition of a call lists such a signature beside the method.

/** A method of a generated client whose route requires params, query, headers or a body. */
export type Method<Request, Result, Throw extends boolean> = <T extends boolean = Throw>(
  request: Request & Throwing<T>,
) => Promise<Outcome<Result, T>>;

/** A method of a generated client whose route requires nothing. */
export type OptionalMethod<Request, Result, Throw extends boolean> = <T extends boolean = Throw>(
  request?: Request & Throwing<T>,
) => Promise<Outcome<Result, T>>;

/** A method that opens a WebSocket whose route requires params or a query. */
export type SocketMethod<Request, Sent, Received> = (
  request: Request,
) => Connection<Sent, Received>;

/** A method that opens a WebSocket whose route requires nothing. */
export type OptionalSocketMethod<Request, Sent, Received> = (
  request?: Request,
) => Connection<Sent, Received>;

/**
 * Calls a route by its id. `Plain` are the routes that require nothing.
 *
 * @example
 * await client.call('POST /payments/:id/capture', { params: { id }, body: { amount: 12 } });
 */
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

/**
 * Opens a WebSocket by its route id. `Plain` are the routes that require nothing.
 *
 * @example
 * const chat = client.connect('WS /chat/:room', { params: { room: 'lobby' } });
 */
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
