import { onScopeDispose, shallowReactive, type ShallowReactive } from 'vue';
import type {
  ContractCheck,
  ReplyEvent,
  SentHandshake,
  SentRequest,
  Violation,
} from '../../api/playground.ts';
import { SAFE_METHODS } from '../../api/playground.ts';
import { withProof } from '../lib/actions.ts';
import { postJson, ResponseError } from '../lib/api.ts';
import { fromBase64, streamReply } from './stream-reply.ts';

/** An event of a stream, or a message of a socket. */
export interface StreamItem {
  key: number;
  direction: 'in' | 'out' | 'state';
  /** Name of the event, or what happened. */
  label: string;
  text: string;
  ms: number;
  violations: Violation[];
}

/** A response as far as it has arrived. */
export interface Reply {
  kind: 'body' | 'events' | 'socket';
  state: 'waiting' | 'open' | 'done' | 'failed' | 'cancelled';
  /** Epoch milliseconds of the start. */
  time: number;
  /** Milliseconds until the server began. Its times count from then. */
  delay: number;
  method: string;
  path: string;
  status: number;
  statusText: string;
  headers: [string, string][];
  traceId: string;
  /** Milliseconds until the head, and until the end. */
  headMs: number;
  ms: number;
  /** Bytes of the body; `parts` may have fewer. */
  bytes: number;
  parts: Uint8Array<ArrayBuffer>[];
  contract: ContractCheck | undefined;
  /** Why there is no response. */
  error: string;
  /** The newest items. */
  items: StreamItem[];
  /** Number of older items that were dropped. */
  dropped: number;
  socketId: string;
}

/** Maximum number of listed items of a stream. */
const MAX_ITEMS = 1000;

export interface Exchange {
  reply: ShallowReactive<{ current: Reply | undefined }>;
  /** Sends a request. A previous one that is still open ends first. */
  send(input: SentRequest | SentHandshake, kind: 'http' | 'socket'): Promise<Reply>;
  cancel(): void;
  /** Sends a message to the open socket. */
  message(text: string): Promise<void>;
  close(code: number, reason: string): Promise<void>;
}

/** Runs one exchange at a time. */
export function useExchange(): Exchange {
  const state = shallowReactive<{ current: Reply | undefined }>({ current: undefined });
  let controller: AbortController | undefined;
  let lastKey = 0;

  const cancel = (): void => controller?.abort();
  onScopeDispose(cancel);

  function addItem(
    reply: Reply,
    item: Omit<StreamItem, 'key' | 'violations'> & Partial<Pick<StreamItem, 'violations'>>,
  ): void {
    const items = [...reply.items, { violations: [], ...item, key: ++lastKey }];
    const over = Math.max(0, items.length - MAX_ITEMS);
    reply.items = items.slice(over);
    reply.dropped += over;
  }

  function apply(reply: Reply, event: ReplyEvent): void {
    switch (event.type) {
      case 'start':
        reply.traceId = event.traceId;
        reply.socketId = event.id;
        reply.delay = Date.now() - reply.time;
        break;
      case 'head':
        reply.state = 'open';
        reply.status = event.status;
        reply.statusText = event.text;
        reply.headers = event.headers;
        reply.headMs = event.ms;
        reply.kind = isEventStream(event.headers) ? 'events' : 'body';
        break;
      case 'data': {
        const part = fromBase64(event.base64);
        reply.parts = [...reply.parts, part];
        reply.bytes += part.length;
        break;
      }
      case 'event':
        addItem(reply, {
          direction: 'in',
          label: event.event,
          text: event.data,
          ms: event.ms,
          violations: event.violations,
        });
        break;
      case 'open':
        reply.state = 'open';
        reply.status = 101;
        reply.headMs = event.ms;
        addItem(reply, {
          direction: 'state',
          label: 'open',
          text: event.protocol,
          ms: event.ms,
        });
        break;
      case 'message':
        addItem(reply, {
          direction: 'in',
          label: 'text' in event ? 'message' : 'binary',
          text: 'text' in event ? event.text : event.base64,
          ms: event.ms,
          violations: event.violations,
        });
        break;
      case 'close':
        reply.state = 'done';
        reply.ms = event.ms;
        addItem(reply, {
          direction: 'state',
          label: 'close',
          text: `${event.code} ${event.reason}`.trim(),
          ms: event.ms,
        });
        break;
      case 'end':
        reply.state = 'done';
        reply.ms = event.ms;
        reply.bytes = event.bytes;
        reply.contract = event.contract;
        break;
      case 'error':
        reply.state = 'failed';
        reply.ms = event.ms;
        reply.error = event.detail;
        break;
    }
  }

  return {
    reply: state,
    cancel,
    async send(input, kind) {
      cancel();
      const own = (controller = new AbortController());
      const { signal } = own;
      const reply = (state.current = shallowReactive(createReply(input, kind)));
      const address = kind === 'socket' ? 'connect' : isSafe(input) ? 'read' : 'send';
      try {
        await withProof(async () => {
          for await (const event of streamReply(address, input, signal)) apply(reply, event);
        });
        if (reply.state === 'waiting' || reply.state === 'open') {
          reply.state = 'failed';
          reply.error ||= 'The panel closed the connection.';
        }
      } catch (error) {
        reply.state = signal.aborted ? 'cancelled' : 'failed';
        reply.error = signal.aborted ? 'Cancelled.' : describe(error);
        reply.ms = Date.now() - reply.time;
      }
      return reply;
    },
    async message(text) {
      const reply = state.current;
      if (!reply) return;
      const ms = Date.now() - reply.time - reply.delay;
      addItem(reply, { direction: 'out', label: 'sent', text, ms });
      await postJson('playground/message', { id: reply.socketId, text });
    },
    async close(code, reason) {
      if (state.current)
        await postJson('playground/close', { id: state.current.socketId, code, reason });
    },
  };
}

const isSafe = (input: SentRequest | SentHandshake): boolean =>
  'method' in input && SAFE_METHODS.includes(input.method);

const describe = (error: unknown): string =>
  error instanceof ResponseError ? error.message : 'The server does not respond.';

const isEventStream = (headers: [string, string][]): boolean =>
  headers.some(
    ([name, value]) =>
      name.toLowerCase() === 'content-type' && value.startsWith('text/event-stream'),
  );

const createReply = (input: SentRequest | SentHandshake, kind: 'http' | 'socket'): Reply => ({
  kind: kind === 'socket' ? 'socket' : 'body',
  state: 'waiting',
  time: Date.now(),
  delay: 0,
  method: 'method' in input ? input.method : 'WS',
  path: input.path,
  status: 0,
  statusText: '',
  headers: [],
  traceId: '',
  headMs: 0,
  ms: 0,
  bytes: 0,
  parts: [],
  contract: undefined,
  error: '',
  items: [],
  dropped: 0,
  socketId: '',
});
