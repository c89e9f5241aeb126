import { realpathSync } from 'node:fs';
import type { Server } from 'node:http';
import { formatDiagnostic } from '@gati/contract';
import type { ViteDevServer } from 'vite';
import { show, toDiagnostic } from './diagnose-error.ts';

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;

/** Those that run in this process; a restart has two for a moment. */
const servers: ViteDevServer[] = [];

/** What `vite` and `gati` run. */
const OWN_PROGRAM = /[\\/](?:bin[\\/]vite\.js|vite-plugin-gati[\\/]dist[\\/]cli\.mjs)$/;

/**
 * What a timer, an event listener or a promise of the app throws where nobody catches it would end the process, and with it Vite. It is
 * printed, whatever it comes from, and the server goes on. Returns what stops that.
 *
 * Only where the process is there for this server alone: what is fatal to a program that embeds Vite is for that program to say.
 */
export function surviveUncaught(server: ViteDevServer): () => void {
  if (!OWN_PROGRAM.test(programPath())) return () => {};
  const begin = (): void => {
    if (servers.length === 0) for (const event of EVENTS) process.on(event, tell);
    servers.push(server);
  };
  // Before it listens an error means that it can't start. Without a server of its own Vite is a part of somebody else's process.
  const http = server.httpServer as Server | null;
  http?.once('listening', begin);
  return () => {
    http?.off('listening', begin);
    const index = servers.indexOf(server);
    if (index === -1) return;
    servers.splice(index, 1);
    if (servers.length === 0) for (const event of EVENTS) process.off(event, tell);
  };
}

/** As a file, not as the link in `node_modules/.bin`. */
function programPath(): string {
  const [, path = ''] = process.argv;
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** An error in here would end the process after all. */
function tell(error: unknown): void {
  const server = servers.at(-1);
  if (!server) return;
  const { message, frame, ...place } = toDiagnostic(error, server.config.root);
  const text = formatDiagnostic({
    ...place,
    code: 'GATI_UNCAUGHT',
    message: `nobody caught this error: ${message}`,
    fix: 'Await the promise or give it a `catch`; in timers and event listeners use `try`. The development server goes on; in production the process that has it ends.',
  });
  server.config.logger.error([text, ...(frame ? [frame] : []), show(error)].join('\n'), {
    timestamp: true,
  });
}
