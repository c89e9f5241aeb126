import { realpathSync } from 'node:fs';
import type { Server } from 'node:http';
import { formatDiagnostic } from '@gati/contract';
import type { ViteDevServer } from 'vite';
import { diagnoseError, printThrown } from './diagnose-error.ts';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** The servers that listen in this process. During a restart there are two. */
const servers: ViteDevServer[] = [];

/** The programs that `vite` and `gati` run. */
const OWN_PROGRAM = /[\\/](?:bin[\\/]vite\.js|vite-plugin-gati[\\/]dist[\\/]cli\.mjs)$/;

/**
 * Keeps Vite running after an uncaught error of the app, for example in a timer, an event listener
 * or a promise. Prints the error instead of ending the process. Returns a function that stops this.
 *
 * Does nothing if the process is not Vite's or Gati's own program: a program that embeds Vite
 * decides itself which errors are fatal.
 */
export function surviveUncaught(server: ViteDevServer): () => void {
  if (!OWN_PROGRAM.test(programPath())) return () => {};
  const begin = (): void => {
    if (servers.length === 0) for (const event of EVENTS) process.on(event, report);
    servers.push(server);
  };
  // Waits until the server listens: an error before that means that it can't start. In middleware
  // mode Vite has no HTTP server, and the process belongs to another program.
  const http = server.httpServer as Server | null;
  http?.once('listening', begin);
  return () => {
    http?.off('listening', begin);
    const index = servers.indexOf(server);
    if (index === -1) return;
    servers.splice(index, 1);
    if (servers.length === 0) for (const event of EVENTS) process.off(event, report);
  };
}

/** Returns the file of the program, not the link in `node_modules/.bin`. */
function programPath(): string {
  const [, path = ''] = process.argv;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Must not throw: that would end the process. */
function report(error: unknown): void {
  const server = servers.at(-1);
  if (!server) return;
  const { message, frame, ...place } = diagnoseError(error, server.config.root);
  const text = formatDiagnostic({
    ...place,
    code: 'GATI_UNCAUGHT',
    message: `uncaught error: ${message}`,
    fix: 'Await the promise or give it a `catch`; in timers and event listeners use `try`. The development server keeps running; in production the worker ends.',
  });
  server.config.logger.error([text, ...(frame ? [frame] : []), printThrown(error)].join('\n'), {
    timestamp: true,
  });
}
