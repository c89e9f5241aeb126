import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { GatiError } from '@gati/contract';
import type { Plugin, ResolvedConfig } from 'vite';
import { SERVER_DIR } from '../build/environments.ts';

/** `vite preview` runs what `vite build` made: the real server answers, client and API alike. */
export function previewPlugin(): Plugin {
  return {
    name: 'gati:preview',
    apply: (_config, { isPreview }) => isPreview === true,
    async configurePreviewServer(preview) {
      const entry = path.resolve(
        preview.config.root,
        preview.config.build.outDir,
        SERVER_DIR,
        'index.mjs',
      );
      const { child, port } = await startServer(entry, preview.config);
      const close = preview.close.bind(preview);
      preview.close = async () => {
        child.kill('SIGTERM');
        await close();
      };
      preview.middlewares.use((request, response) => {
        const { method, headers } = request;
        const forward = http.request(
          { host: '127.0.0.1', port, method, headers, path: request.originalUrl },
          (answer) => {
            response.writeHead(answer.statusCode ?? 502, answer.headers);
            answer.pipe(response);
          },
        );
        forward.on('error', () => response.destroy());
        response.on('close', () => forward.destroy());
        request.pipe(forward);
      });
      preview.httpServer.on(
        'upgrade',
        (request: http.IncomingMessage, socket: Duplex, head: Buffer) => {
          const { method, headers, url } = request;
          const forward = http.request({ host: '127.0.0.1', port, method, headers, path: url });
          forward.on('upgrade', (answer, other, first) => {
            socket.write(toHead(answer));
            if (first.length > 0) socket.write(first);
            if (head.length > 0) other.write(head);
            socket.pipe(other).pipe(socket);
            socket.on('error', () => other.destroy());
            other.on('error', () => socket.destroy());
          });
          forward.on('response', (answer) => {
            socket.write(toHead(answer));
            answer.pipe(socket);
          });
          forward.on('error', () => socket.destroy());
          forward.end();
        },
      );
    },
  };
}

function toHead({ statusCode, statusMessage, rawHeaders }: http.IncomingMessage): string {
  let head = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  return `${head}\r\n`;
}

/**
 * Ends the server when this process is gone, however it ended: then the channel between the two closes. A request that still runs gets three
 * seconds; the second signal ends the server at once. It is no flag of the server's workers, which end with the server.
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
    env: { ...process.env, HOST: '127.0.0.1', PORT: '0' },
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
    fix: 'Run `vite build` first and read what it says.',
  });
}
