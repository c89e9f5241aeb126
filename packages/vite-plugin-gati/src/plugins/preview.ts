import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { GatiError } from '@gati/contract';
import type { Connect, Plugin, ResolvedConfig } from 'vite';
import { SERVER_DIR } from '../build/environments.ts';

/** Makes `vite preview` run the built server, which serves the client and the API. */
export function previewPlugin(): Plugin {
  return {
    name: 'gati:preview',
    apply: (_config, { isPreview }) => isPreview === true,
    async configurePreviewServer(preview) {
      const { root, build } = preview.config;
      const entry = path.resolve(root, build.outDir, SERVER_DIR, 'index.mjs');
      const { child, port } = await startServer(entry, preview.config);
      // Relies on: Vite calls `close` of this object to end a preview. There is no hook for its
      // end.
      const close = preview.close.bind(preview);
      preview.close = async () => {
        child.kill('SIGTERM');
        await close();
      };
      preview.middlewares.use(forwardRequests(port));
      preview.httpServer.on('upgrade', forwardUpgrades(port));
    },
  };
}

/** Passes each request to the server on a port of this machine, and its response back. */
function forwardRequests(port: number): Connect.NextHandleFunction {
  return (request, response) => {
    const { method, headers } = request;
    const forwarded = http.request(
      { host: '127.0.0.1', port, method, headers, path: request.originalUrl },
      (received) => {
        response.writeHead(received.statusCode ?? 502, received.headers);
        received.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    request.pipe(forwarded);
  };
}

/** Passes on requests that upgrade the connection, such as WebSocket handshakes. */
function forwardUpgrades(
  port: number,
): (request: http.IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    const { method, headers, url } = request;
    const forwarded = http.request({ host: '127.0.0.1', port, method, headers, path: url });
    forwarded.on('upgrade', (received, serverSocket, first) => {
      socket.write(printHead(received));
      if (first.length > 0) socket.write(first);
      if (head.length > 0) serverSocket.write(head);
      socket.pipe(serverSocket).pipe(socket);
      socket.on('error', () => serverSocket.destroy());
      serverSocket.on('error', () => socket.destroy());
    });
    forwarded.on('response', (received) => {
      socket.write(printHead(received));
      received.pipe(socket);
    });
    forwarded.on('error', () => socket.destroy());
    forwarded.end();
  };
}

function printHead({ statusCode, statusMessage, rawHeaders }: http.IncomingMessage): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  return `${head}\r\n`;
}

/**
 * Code that runs in the server before the server's own code. When this process ends for any reason,
 * the channel between the two closes, and this code sends the server SIGTERM. Running requests get
 * three seconds, then a second SIGTERM ends the server at once. `execArgv` is cleared so that
 * workers, which end with the server, do not run this code too.
 */
const GUARD = `data:text/javascript,${encodeURIComponent(`
process.execArgv.splice(0);
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.kill(process.pid, 'SIGTERM'), 3000).unref();
});
`)}`;

async function startServer(
  entry: string,
  config: ResolvedConfig,
): Promise<{ child: ChildProcess; port: number }> {
  if (!fs.existsSync(entry))
    throw notBuiltError(`there is no ${path.relative(config.root, entry)}`);
  const child = spawn(process.execPath, ['--import', GUARD, entry], {
    // Browsers use another port than this server's, so they could not use its panel.
    env: { ...process.env, GATI_PANEL: 'off', HOST: '127.0.0.1', PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const lines = createInterface(child.stdout!);
  const port = await new Promise<number>((resolve, reject) => {
    child.once('exit', (code) => reject(notBuiltError(`the built server ended with ${code}`)));
    lines.once('line', (line) => {
      const { url } = JSON.parse(line) as { url: string };
      resolve(Number(new URL(url).port));
    });
  });
  lines.on('line', (line) => process.stderr.write(`${line}\n`));
  return { child, port };
}

function notBuiltError(message: string): GatiError {
  return new GatiError({
    code: 'GATI_PREVIEW',
    message: `The built app can't be previewed: ${message}.`,
    fix: 'Run `vite build` first and read its output.',
  });
}
