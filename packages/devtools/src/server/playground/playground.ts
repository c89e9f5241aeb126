import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Actor } from '../../access/actor.ts';
import { type AuditLog, beginAudit } from '../../access/audit.ts';
import { createHourlyLimit } from '../../access/hourly-limit.ts';
import { createSecret } from '../../access/secret.ts';
import type { ReplyEvent } from '../../api/playground.ts';
import { checkInput, closedObject } from '../../http/check-input.ts';
import { API_HEADERS } from '../../http/headers.ts';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import type { AppAddress } from '../ports.ts';
import {
  checkHandshake,
  checkRequest,
  type CheckedRequest,
  MAX_INPUT_BYTES,
} from './check-request.ts';
import type { CheckedContract } from './check-response.ts';
import { findContract } from './find-contract.ts';
import { createTraceId, exchange, type ExchangeOptions } from './exchange.ts';
import type { AppSocket } from './socket.ts';
import { writeEvents } from './write-events.ts';

/** Maximum number of open requests and sockets: of one person or address, and of all together. */
const MAX_OWN = 8;
const MAX_OPEN = 32;
/**
 * Maximum number of requests per hour and person that may change the app. With more, a person could
 * displace the entries of others in the audit log.
 */
const MAX_SENT = 1000;

const MESSAGE = closedObject({
  id: { type: 'string', maxLength: 100 },
  text: { type: 'string', maxLength: 1024 * 1024 },
});
const CLOSE = closedObject({
  id: { type: 'string', maxLength: 100 },
  code: { type: 'integer', minimum: 1000, maximum: 4999 },
  reason: { type: 'string', maxLength: 40 },
});

/** A request of the panel to one of the addresses, after it is authorised. */
export interface PlaygroundCall {
  req: IncomingMessage;
  res: ServerResponse;
  actor: Actor;
  /** Ends a stream soon after the access of the actor has ended. */
  watch(end: () => void): () => void;
  readBody(maxBytes?: number): Promise<unknown>;
}

/** Sends requests to the app, for the page. */
export interface Playground {
  handle(path: string, call: PlaygroundCall): Promise<void>;
  close(): void;
}

export interface PlaygroundOptions {
  context(): Promise<ReadContext>;
  audit: AuditLog;
  now(): number;
}

export function createPlayground({ context, audit, now }: PlaygroundOptions): Playground {
  const maySend = createHourlyLimit(MAX_SENT, now);
  /** Open requests, with the owner of each. */
  const open = new Map<AbortController, string>();
  const sockets = new Map<string, { actor: Actor; socket: AppSocket }>();

  function checkLimits(actor: Actor, isAudited: boolean): void {
    const own = [...open.values()].filter((owner) => owner === ownerOf(actor)).length;
    if (own >= MAX_OWN || open.size >= MAX_OPEN)
      throw new PanelError(503, 'too_many_requests', 'Too many requests are already open.');
    if (isAudited && !maySend(actor.id))
      throw new PanelError(
        429,
        'too_many_requests',
        `More than ${MAX_SENT} requests in this hour.`,
      );
  }

  /** Writes the audit entry of a request before it is sent. Returns a function for its result. */
  function begin(
    actor: Actor,
    { method, path, reason }: Pick<CheckedRequest, 'method' | 'path' | 'reason'>,
  ): (code: string | undefined) => void {
    // The query may contain credentials.
    const input = { method, path: path.split('?', 1)[0] };
    const event = { actor, action: 'playground.send', input, ...(reason && { reason }) };
    const end = beginAudit(audit, event, now);
    return (code) => end(code === undefined ? { result: 'done' } : { result: 'failed', code });
  }

  async function prepare(
    { req }: PlaygroundCall,
    request: Pick<CheckedRequest, 'method' | 'route' | 'headers'>,
    read: ReadContext,
  ): Promise<Omit<ExchangeOptions, 'signal'>> {
    return {
      address: addressOf(read, req),
      contract: contractOf(read, request),
      traceId: traceOf(request.headers) ?? createTraceId(),
    };
  }

  async function send(call: PlaygroundCall, isSafe: boolean): Promise<void> {
    checkLimits(call.actor, !isSafe);
    const read = await context();
    const request = checkRequest(await call.readBody(MAX_INPUT_BYTES), read.app, isSafe);
    if (!isSafe) requireReason(request, read);
    const options = await prepare(call, request, read);
    const end = isSafe ? undefined : begin(call.actor, request);
    const code = await stream(call, options.traceId, (signal) =>
      exchange(request, { ...options, signal }),
    );
    end?.(code);
  }

  async function connect(call: PlaygroundCall): Promise<void> {
    checkLimits(call.actor, true);
    const read = await context();
    const request = checkHandshake(await call.readBody(), read.app);
    requireReason(request, read);
    const options = await prepare(call, request, read);
    const { openSocket } = await import('./socket.ts');
    const end = begin(call.actor, request);
    const failure = await stream(call, options.traceId, async function* (signal, id) {
      const socket = openSocket(request, { ...options, signal });
      sockets.set(id, { actor: call.actor, socket });
      try {
        yield* socket.events;
      } finally {
        sockets.delete(id);
      }
    });
    end(failure);
  }

  /** Writes events until there are no more. Returns the code of the error, if there is one. */
  async function stream(
    { res, watch, actor }: PlaygroundCall,
    traceId: string,
    events: (signal: AbortSignal, id: string) => AsyncGenerator<ReplyEvent>,
  ): Promise<string | undefined> {
    const controller = new AbortController();
    open.set(controller, ownerOf(actor));
    const stop = watch(() => res.destroy());
    const id = createSecret();
    const start: ReplyEvent = { type: 'start', id, traceId };
    try {
      return await writeEvents(res, controller, start, events(controller.signal, id));
    } finally {
      stop();
      open.delete(controller);
    }
  }

  /** @throws {PanelError} 404 when the actor has no such open socket */
  function socketOf(id: string, actor: Actor): AppSocket {
    const found = sockets.get(id);
    if (!found || found.actor.id !== actor.id || found.actor.kind !== actor.kind)
      throw new PanelError(404, 'not_found', 'The socket is closed.');
    return found.socket;
  }

  return {
    async handle(path, call) {
      if (path === 'playground/read') return send(call, true);
      if (path === 'playground/send') return send(call, false);
      if (path === 'playground/connect') return connect(call);
      if (path === 'playground/message') {
        const { id, text } = checkInput<{ id: string; text: string }>(
          MESSAGE,
          await call.readBody(MAX_INPUT_BYTES),
        );
        if (!socketOf(id, call.actor).send(text))
          throw new PanelError(409, 'not_open', 'The socket is not open.');
      } else {
        const { id, code, reason } = checkInput<{ id: string; code: number; reason: string }>(
          CLOSE,
          await call.readBody(),
        );
        if (code !== 1000 && code < 3000)
          throw new PanelError(400, 'invalid_input', 'A client closes with 1000, or 3000 to 4999.');
        socketOf(id, call.actor).close(code, reason);
      }
      call.res.writeHead(204, API_HEADERS).end();
    },
    close() {
      for (const controller of open.keys()) controller.abort();
    },
  };
}

/** Resolves to the contract of the route that takes a request. A path may have no such method. */
async function contractOf(
  read: ReadContext,
  { method, route, headers }: Pick<CheckedRequest, 'method' | 'route' | 'headers'>,
): Promise<CheckedContract | undefined> {
  const isTaken = route.method === method || (method === 'HEAD' && route.method === 'GET');
  if (!isTaken) return undefined;
  const found = await findContract(read, route, headers['x-api-version']?.[0]).catch(
    () => undefined,
  );
  return found?.contract && { contract: found.contract, $defs: found.$defs };
}

/** @throws {PanelError} 400 in production, where several people share the app */
function requireReason({ reason }: Pick<CheckedRequest, 'reason'>, { app }: ReadContext): void {
  if (app.mode === 'production' && reason === undefined)
    throw new PanelError(400, 'reason_required', 'Say why, for the audit log.');
}

/** @throws {PanelError} 409 when the panel can't reach the app */
function addressOf({ ports }: ReadContext, req: IncomingMessage): AppAddress {
  if (ports.app) return ports.app.address(req);
  throw new PanelError(409, 'app_unreachable', 'The panel has no connection to the app.');
}

const ownerOf = ({ id, address }: Actor): string => id || address;

/** Returns the trace id of a `traceparent` that the user has set. */
const traceOf = (headers: Record<string, string[]>): string | undefined =>
  /^00-([\da-f]{32})-[\da-f]{16}-[\da-f]{2}$/.exec(headers['traceparent']?.[0] ?? '')?.[1];
