export const route = 'WS /echo';

export type Receive = { text: string };
export type Send = { text: string };

export const socket: Socket<typeof route> = {
  message: (peer, message) => peer.send(message),
};
