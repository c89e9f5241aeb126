import type { Socket } from 'node:net';

/** First and longest pause before another try to connect. Milliseconds. */
const RETRY_PAUSE = 100;
const MAX_RETRY_PAUSE = 5000;
/** Maximum milliseconds for sending the waiting lines at the end of a process. */
const CLOSE_TIME = 500;
/** Maximum number of characters of a line of the other end. */
export const LONGEST_MESSAGE = 256 * 1024;

/** Number of lines that did not fit into the queue since the last such line. */
export interface DroppedLines {
  gati: 'dropped';
  lines: number;
}

export interface BoundedLinkOptions {
  /** Begins a connection. */
  connect(): Socket;
  /** Event that reports an open connection. */
  opensWith: 'connect' | 'secureConnect';
  /** First line of a connection. */
  hello: object;
  /** Bytes that may wait. Further lines are dropped. */
  queueLimit: number;
  /** Receives a line of the other end. */
  onLine(line: string): void;
  /** Lines wait until this returns `true` for the first line of the other end. */
  accept?(line: string): boolean;
}

/** Sends lines to another process. Never waits for it, and never throws. */
export interface BoundedLink {
  /** @param lines complete lines, each ended by `\n` */
  write(lines: string): void;
  /** Resolves when the lines so far are sent, or can't be sent. */
  close(): Promise<void>;
}

/**
 * Connects to another process, and connects again when the process has ended. Meanwhile, lines
 * wait, up to a limit. Lines that are in transit to a killed process are lost. The connection keeps
 * no process alive.
 */
export function openBoundedLink({
  connect,
  opensWith,
  hello,
  queueLimit,
  onLine,
  accept,
}: BoundedLinkOptions): BoundedLink {
  let waiting: string[] = [];
  let waitingBytes = 0;
  let dropped = 0;
  let pause = RETRY_PAUSE;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;
  let isReady = false;
  let socket = open();

  function open(): Socket {
    const next = connect();
    next.unref();
    next.on(opensWith, () => {
      next.write(`${JSON.stringify(hello)}\n`);
      if (!accept) begin(next);
    });
    next.on('drain', reportDropped);
    next.setEncoding('utf8');
    let rest = '';
    next.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      for (const line of lines)
        if (isReady) onLine(line);
        else if (accept?.(line)) begin(next);
        else next.destroy();
      if (rest.length > LONGEST_MESSAGE) next.destroy();
    });
    // A process that can't be reached is not an error of this one.
    next.on('error', () => {});
    next.on('close', () => {
      isReady = false;
      if (isClosed) return;
      timer = setTimeout(() => {
        socket = open();
      }, pause).unref();
      pause = Math.min(pause * 2, MAX_RETRY_PAUSE);
    });
    return next;
  }

  function begin(next: Socket): void {
    isReady = true;
    pause = RETRY_PAUSE;
    for (const lines of waiting) next.write(lines);
    waiting = [];
    waitingBytes = 0;
    reportDropped();
  }

  function reportDropped(): void {
    if (dropped === 0 || !isReady) return;
    const line = { gati: 'dropped', lines: dropped } satisfies DroppedLines;
    dropped = 0;
    socket.write(`${JSON.stringify(line)}\n`);
  }

  return {
    write(lines) {
      const queued = isReady ? socket.writableLength : waitingBytes;
      if (queued + lines.length > queueLimit) {
        dropped += countLines(lines);
        return;
      }
      if (isReady) return void socket.write(lines);
      waiting.push(lines);
      waitingBytes += lines.length;
    },
    async close() {
      isClosed = true;
      clearTimeout(timer);
      if (!isReady) return void socket.destroy();
      await new Promise<void>((resolve) => {
        setTimeout(resolve, CLOSE_TIME).unref();
        socket.end(resolve);
      });
      socket.destroy();
    },
  };
}

function countLines(lines: string): number {
  let count = 0;
  for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', at + 1)) count++;
  return count;
}
