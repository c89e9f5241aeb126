import type { Peer } from 'crossws';
import type { LocalContext, SocketPeer } from '../../types/context.ts';
import { stringifyWire } from '../../validate/encode.ts';
import type { Call } from '../request/call.ts';

/** An open WebSocket as hooks see it. */
export class AppPeer implements SocketPeer {
  readonly #peer: Peer;
  readonly #call: Call;

  constructor(peer: Peer, call: Call) {
    this.#peer = peer;
    this.#call = call;
  }

  get id(): string {
    return this.#peer.id;
  }
  get params(): Record<string, string> {
    return this.#call.params as Record<string, string>;
  }
  get query(): Record<string, string | string[] | undefined> {
    return this.#call.query as Record<string, string | string[] | undefined>;
  }
  get lctx(): LocalContext {
    return this.#call.local as LocalContext;
  }
  get headers(): Record<string, string | undefined> {
    return this.#call.headers as Record<string, string | undefined>;
  }

  send(message: unknown): void {
    this.#peer.send(toFrame(message));
  }
  close(code = 1000, reason?: string): void {
    this.#peer.close(code, reason);
  }
  subscribe(topic: string): void {
    this.#peer.subscribe(topic);
  }
  unsubscribe(topic: string): void {
    this.#peer.unsubscribe(topic);
  }
  publish(topic: string, message: unknown): void {
    this.#peer.publish(topic, toFrame(message));
  }
}

function toFrame(message: unknown): string | Uint8Array {
  if (message instanceof Uint8Array) return message;
  return message instanceof ArrayBuffer ? new Uint8Array(message) : stringifyWire(message);
}
