import type { IncomingMessage, ServerResponse } from 'node:http';
import { escapeControls } from '@gati/contract/internal';
import type { Logger } from 'vite';
import { type Colors, colorsFor } from '../colors.ts';

/** Requests that a browser makes on its own. */
const OF_BROWSER = /^\/(?:favicon\.ico|apple-touch-icon[\w-]*\.png|\.well-known\/appspecific\/.*)$/;

/** A finished request, as it is logged. */
export interface LoggedRequest {
  method: string;
  /** Without the query, which may have secrets. */
  path: string;
  status: number;
  milliseconds: number;
  /** Length of the body; `undefined` if it is not known. */
  bytes: number | undefined;
  /** Whether the client got the whole response. */
  isComplete: boolean;
}

/** Logs each request that the app responds to, as one line. */
export interface RequestLog {
  /** Begins a request. Returns a function for a request that the app leaves to Vite. */
  begin(req: IncomingMessage & { originalUrl?: string }, res: ServerResponse): () => void;
}

export function createRequestLog(logger: Logger): RequestLog {
  const colors = colorsFor(process.stdout);
  return {
    begin(req, res) {
      const started = performance.now();
      const path = (req.originalUrl ?? req.url ?? '').split('?', 1)[0]!;
      const { socket } = req;
      const sentBefore = socket.bytesWritten;
      const onClose = (): void => {
        if (OF_BROWSER.test(path)) return;
        const request: LoggedRequest = {
          method: req.method ?? '',
          path,
          status: res.statusCode,
          milliseconds: performance.now() - started,
          bytes: 'encrypted' in socket ? undefined : bytesOf(res, socket.bytesWritten - sentBefore),
          isComplete: res.writableFinished,
        };
        logger.info(printRequest(request, colors));
      };
      res.once('close', onClose);
      return () => void res.off('close', onClose);
    },
  };
}

/** @param sent bytes that the socket sent for the response */
function bytesOf(res: ServerResponse, sent: number): number | undefined {
  // Relies on: `_header` is the head of the response as it was sent.
  const { _header: head } = res as { _header?: string | null };
  const length = typeof head === 'string' ? sent - Buffer.byteLength(head) : Number.NaN;
  return length >= 0 ? length : undefined;
}

export function printRequest(request: LoggedRequest, colors: Colors): string {
  const { method, path, status, milliseconds, bytes, isComplete } = request;
  const paint = status >= 500 ? colors.red : status >= 400 ? colors.yellow : colors.green;
  const rest = [
    printTime(milliseconds),
    ...(bytes === undefined ? [] : [printBytes(bytes)]),
    ...(isComplete ? [] : ['aborted']),
  ];
  return `${colors.dim(method.padEnd(6))} ${escapeControls(path)} ${paint(String(status))} ${colors.dim(rest.join(' '))}`;
}

const printTime = (milliseconds: number): string =>
  milliseconds < 10
    ? `${milliseconds.toFixed(1)} ms`
    : milliseconds < 1000
      ? `${Math.round(milliseconds)} ms`
      : `${(milliseconds / 1000).toFixed(1)} s`;

const printBytes = (bytes: number): string =>
  bytes < 1024
    ? `${bytes} B`
    : bytes < 1_048_576
      ? `${(bytes / 1024).toFixed(1)} KiB`
      : `${(bytes / 1_048_576).toFixed(1)} MiB`;
