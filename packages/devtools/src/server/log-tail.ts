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
/** Maximum number of open tails. */
const MAX_TAILS = 8;
/** Maximum milliseconds of a tail. A browser then opens another one. */
const LONGEST = 15 * 60_000;

/** Sends new lines of the log as server-sent events, until the client leaves. */
export interface LogTails {
  open(req: IncomingMessage, res: ServerResponse, search: string): void;
  close(): void;
}

export function createLogTails(
  source: TelemetrySource,
  now: () => number,
  interval: number = INTERVAL,
): LogTails {
  const open = new Set<() => void>();
  return {
    open(req, res, search) {
      const filters = parseQuery(search, ['level', 'text', 'traceId', 'route', 'version']);
      if (open.size >= MAX_TAILS)
        throw new PanelError(503, 'too_many_tails', `${MAX_TAILS} pages already follow the log.`);
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
      open.add(end);
      res.once('close', end);
      schedule();
    },
    close: () => {
      for (const end of open) end();
    },
  };
}

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
