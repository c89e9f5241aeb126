import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { ViteDevServer } from 'vite';

/** The development server of an app, for commands that run beside it. */
interface RunningServer {
  pid: number;
  /** Address on this machine. */
  url: string;
}

const fileIn = (root: string): string => path.join(root, '.gati/dev.json');

/** Writes the address of a server into `.gati/dev.json` while it listens. */
export function announceServer(server: ViteDevServer, root: string): void {
  const { httpServer } = server;
  const file = fileIn(root);
  const remove = (): void => {
    if (readServer(file)?.pid === process.pid) rmSync(file, { force: true });
  };
  httpServer?.once('listening', () => {
    // Vite computes its URLs in its own listener.
    setImmediate(() => {
      const [url] = server.resolvedUrls?.local ?? [];
      if (url === undefined) return;
      const running: RunningServer = { pid: process.pid, url };
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(running)}\n`, { mode: 0o600 });
      process.once('exit', remove);
    });
  });
  httpServer?.once('close', () => {
    process.off('exit', remove);
    remove();
  });
}

/** Returns the address of the development server that runs in a folder. */
export function findRunningServer(root: string): string | undefined {
  const running = readServer(fileIn(root));
  return running && isAlive(running.pid) ? running.url : undefined;
}

function readServer(file: string): RunningServer | undefined {
  try {
    const { pid, url } = JSON.parse(readFileSync(file, 'utf8')) as Partial<RunningServer>;
    return Number.isInteger(pid) && typeof url === 'string' ? { pid: pid!, url } : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
