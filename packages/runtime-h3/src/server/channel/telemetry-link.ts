import { connect } from 'node:net';
import { object, oneOf, parseDocument } from '@gati/contract/data';
import type { ArmedTrap } from '../../types/trap.ts';
import { type BoundedLink, LONGEST_MESSAGE, openBoundedLink } from './bounded-link.ts';

/** Bytes that may wait for the collector. */
const QUEUE_LIMIT = 4 * 1024 ** 2;

/** Sends the log lines of this process to the collector. */
export interface TelemetryLink extends BoundedLink {
  /** Calls back with the armed traps, each time the collector sends them. */
  receiveTraps(receive: (traps: unknown) => void): void;
}

/** First line of a connection. */
export interface TelemetryHello {
  gati: 'hello';
  pid: number;
  /** `supervisor`, or the kind of a worker. */
  kind: string;
}

/** Message of the collector when a process connects and when the traps change. */
export interface TrapsMessage {
  gati: 'traps';
  traps: ArmedTrap[];
}

/** @param path Unix socket, or named pipe on Windows */
export function openTelemetryLink(path: string, kind: string): TelemetryLink {
  let receive: ((traps: unknown) => void) | undefined;
  /** The last traps that nothing has received yet. */
  let missed: unknown;
  const link = openBoundedLink({
    connect: () => connect(path),
    opensWith: 'connect',
    hello: { gati: 'hello', pid: process.pid, kind } satisfies TelemetryHello,
    queueLimit: QUEUE_LIMIT,
    onLine(line) {
      const traps = readTraps(line);
      if (receive) receive(traps);
      else missed = traps;
    },
  });
  return {
    ...link,
    receiveTraps(receiver) {
      receive = receiver;
      if (missed !== undefined) receiver(missed);
      missed = undefined;
    },
  };
}

/** Returns no traps for any other message. */
function readTraps(line: string): unknown {
  const message = parseDocument<TrapsMessage>(
    line,
    object({ gati: oneOf('traps') }),
    LONGEST_MESSAGE,
  );
  return 'value' in message ? message.value.traps : [];
}
