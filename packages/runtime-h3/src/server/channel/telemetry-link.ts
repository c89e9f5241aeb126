import { connect, type Socket } from 'node:net';
import { object, oneOf, parseDocument } from '@gati/contract/data';
import type { ArmedTrap } from '../../types/trap.ts';

/** Bytes that may wait for the collector. Further lines are dropped. */
const QUEUE_LIMIT = 4 * 1024 ** 2;
/** First and longest pause before another try to connect. Milliseconds. */
const RETRY_PAUSE = 100;
const MAX_RETRY_PAUSE = 5000;
/** Maximum milliseconds for sending the waiting lines at the end of a process. */
const CLOSE_TIME = 500;

/** Sends the log lines of this process to the collector. Never waits for it, and never throws. */
export interface TelemetryLink {
  /** @param lines complete lines, each ended by `\n` */
  write(lines: string): void;
  /** Calls back with the armed traps, each time the collector sends them. */
  receiveTraps(receive: (traps: unknown) => void): void;
  /** Resolves when the lines so far are sent, or can't be sent. */
  close(): Promise<void>;
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

/** Maximum number of characters of a message of the collector. */
const LONGEST_MESSAGE = 256 * 1024;

/** Says how many lines did not fit into the queue since the last such line. */
export interface TelemetryDropped {
  gati: 'dropped';
  lines: number;
}

/**
 * Connects to the collector, and connects again when it has gone. Lines wait meanwhile, up to
 * {@link QUEUE_LIMIT} bytes. Lines on their way to a collector that is killed are lost. The
 * connection keeps no process alive.
 *
 * @param path Unix socket, or named pipe on Windows
 */
export function openTelemetryLink(path: string, kind: string): TelemetryLink {
  const hello = { gati: 'hello', pid: process.pid, kind } satisfies TelemetryHello;
  let waiting: string[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let pause = RETRY_PAUSE;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isConnected = false;
  let receive: ((traps: unknown) => void) | undefined;
  /** The last traps that nothing has received yet. */
  let missed: unknown;
  let socket = open();

  function open(): Socket {
    const next = connect(path);
    next.unref();
    next.on('connect', () => {
      isConnected = true;
      pause = RETRY_PAUSE;
      next.write(`${JSON.stringify(hello)}\n`);
      for (const lines of waiting) next.write(lines);
      waiting = [];
      waitingBytes = 0;
      reportDropped();
    });
    next.on('drain', reportDropped);
    next.setEncoding('utf8');
    let rest = '';
    next.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines) takeMessage(line);
      if (rest.length > LONGEST_MESSAGE) next.destroy();
    });
    // A collector that can't be reached is not an error of this process.
    next.on('error', () => {});
    next.on('close', () => {
      isConnected = false;
      if (isClosed) return;
      timer = setTimeout(() => {
        socket = open();
      }, pause).unref();
      pause = Math.min(pause * 2, MAX_RETRY_PAUSE);
    });
    return next;
  }

  function takeMessage(line: string): void {
    const traps = readTraps(line);
    if (receive) receive(traps);
    else missed = traps;
  }

  function reportDropped(): void {
    if (dropped === 0) return;
    const line = { gati: 'dropped', lines: dropped } satisfies TelemetryDropped;
    dropped = 0;
    socket.write(`${JSON.stringify(line)}\n`);
  }

  return {
    write(lines) {
      const queued = isConnected ? socket.writableLength : waitingBytes;
      if (queued + lines.length > QUEUE_LIMIT) {
        dropped += countLines(lines);
        return;
      }
      if (isConnected) return void socket.write(lines);
      waiting.push(lines);
      waitingBytes += lines.length;
    },
    receiveTraps(receiver) {
      receive = receiver;
      if (missed !== undefined) receiver(missed);
      missed = undefined;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      if (!isConnected) return void socket.destroy();
      await new Promise<void>((resolve) => {
        setTimeout(resolve, CLOSE_TIME).unref();
        socket.end(resolve);
      });
      socket.destroy();
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

function countLines(lines: string): number {
  let count = 0;
  for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', at + 1)) count++;
  return count;
}
