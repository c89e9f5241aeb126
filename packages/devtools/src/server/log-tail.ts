import type { IncomingMessage, ServerResponse } from 'node:http';
import type { LogRecord, TelemetrySource } from '@gati/runtime-h3/telemetry';
import { API_HEADERS } from '../http/headers.ts';
import { PanelError } from '../http/problem.ts';
import { parseQuery } from './query.ts';

/** Milliseconds between two reads of the store. */
const INTERVAL = 500;
/** Milliseconds that a line may arrive late: lines of requests are written in batches. */
const OVERLAP = 2000;
/** Maximum number of lines in one event. Further ones are counted, but not sent. */
const MAX_LINES = 500;
/** Maximum number of open tails: of one person or address, and of all together. */
const MAX_OWN_TAILS = 6;
const MAX_TAILS = 32;
/** Maximum milliseconds of a tail. A browser then opens another one. */
const LONGEST = 15 * 60_000;

/** Sends new lines of the log as server-sent events, until the client leaves. */
export interface LogTails {
  /**
   * @param owner the person, the token or the address that follows the log
   * @throws {PanelError} 503 when too many are open
   */
  open(req: IncomingMessage, res: ServerResponse, search: string, owner: string): void;
  close(): void;
}

export function createLogTails(
  source: TelemetrySource,
  now: () => number,
  interval: number = INTERVAL,
): LogTails {
  /** Functions that end the open tails, with the owner of each. */
  const open = new Map<() => void, string>();
  return {
    open(req, res, search, owner) {
      const filters = parseQuery(search, ['level', 'text', 'traceId', 'route', 'version']);
      const own = [...open.values()].filter((each) => each === owner).length;
      if (own >= MAX_OWN_TAILS || open.size >= MAX_TAILS)
        throw new PanelError(503, 'too_many_tails', tooMany(own));
      res.writeHead(200, { ...API_HEADERS, 'content-type': 'text/event-stream' });
      if (req.method === 'HEAD') return void res.end();
      res.write(': open\n\n');
      const started = now();
      const newLines = createNewLines(source, filters, started);
      let timer: NodeJS.Timeout;
      const end = (): void => {
        clearTimeout(timer);
        open.delete(end);
        res.end();
      };
      const look = async (): Promise<void> => {
        const event = await newLines(now());
        // A client that does not read gets no further events until it reads.
        if (event.lines.length > 0 && !res.writableNeedDrain)
          res.write(`data: ${JSON.stringify(event)}\n\n`);
        if (now() - started > LONGEST) end();
      };
      const schedule = (): void => {
        timer = setTimeout(
          () => void look().then(() => open.has(end) && schedule(), end),
          interval,
        );
        timer.unref();
      };
      open.set(end, owner);
      res.once('close', end);
      schedule();
    },
    close: () => {
      for (const end of open.keys()) end();
    },
  };
}

const tooMany = (own: number): string =>
  own >= MAX_OWN_TAILS
    ? `You already follow the log on ${MAX_OWN_TAILS} pages.`
    : `${MAX_TAILS} pages already follow the log.`;

/** Lines since the previous event, oldest first. */
interface TailEvent {
  lines: LogRecord[];
  /** Whether there were more lines than one event has. */
  isCut: boolean;
}

/** Returns a function that reads the lines that it has not returned yet. */
function createNewLines(
  source: TelemetrySource,
  filters: Omit<Parameters<TelemetrySource['logs']>[0], 'from' | 'to' | 'limit' | 'cursor'>,
  started: number,
): (time: number) => Promise<TailEvent> {
  /** Lines of the overlap that are sent already, with their time. */
  const sent = new Map<string, number>();
  return async (time) => {
    const from = Math.max(started, time - OVERLAP - INTERVAL);
    const page = await source.logs({ ...filters, from, to: time + 1, limit: MAX_LINES });
    const lines = page.items.filter((line) => {
      const key = JSON.stringify(line);
      if (sent.has(key)) return false;
      sent.set(key, line.time);
      return true;
    });
    for (const [key, sentTime] of sent) if (sentTime < from) sent.delete(key);
    return { lines: lines.reverse(), isCut: page.next !== undefined };
  };
}
