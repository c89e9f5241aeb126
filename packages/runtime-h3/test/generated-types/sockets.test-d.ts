import { expectTypeOf } from 'vitest';
import type { Receive, Send, SocketHooks, SocketPeer } from '../../src/global-types.ts';
import './registries.ts';

const chat = 'WS /chat/:room';

export const socket: SocketHooks<typeof chat> = {
  open(peer, gctx) {
    expectTypeOf(peer).toEqualTypeOf<SocketPeer<typeof chat>>();
    expectTypeOf(peer.params).toEqualTypeOf<{ room: string }>();
    expectTypeOf(gctx.modules.ledger.reserve).toBeFunction();
    peer.subscribe(peer.params.room);
    peer.close(4000, 'full');
  },
  message(peer, message) {
    expectTypeOf(message).toEqualTypeOf<{ text: string }>();
    peer.send({ from: peer.id, text: message.text });
    peer.publish(peer.params.room, { from: peer.id, text: message.text });
    // @ts-expect-error -- `from` is missing
    peer.send({ text: message.text });
    // @ts-expect-error -- not a message of the route
    peer.publish(peer.params.room, 'hello');
  },
  close(_peer, details) {
    expectTypeOf(details).toEqualTypeOf<{ code?: number; reason?: string }>();
  },
  error(_peer, error) {
    expectTypeOf(error).toEqualTypeOf<unknown>();
  },
};

expectTypeOf<Receive<typeof chat>>().toEqualTypeOf<{ text: string }>();
expectTypeOf<Send<typeof chat>>().toEqualTypeOf<{ from: string; text: string }>();
expectTypeOf<Receive<'WS /any'>>().toEqualTypeOf<unknown>();
// @ts-expect-error -- there is no such hook
export const wrong: SocketHooks = { connect() {} };
