import { usageError } from '@gati/runtime-h3/command';
import { GatiError } from '@gati/contract';
import { createServer, type ServerOptions } from 'vite';
import { colorsFor } from '../../colors.ts';
import { loadInlineConfig } from '../app.ts';
import type { Call } from '../command.ts';
import { version } from '../version.ts';

const HIGHEST_PORT = 65_535;

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const inline = await loadInlineConfig(call, { command: 'serve', mode: 'development' });
  const server = await createServer({ ...inline, server: toServerOptions(args) });
  call.onStop(() => server.close());
  try {
    await server.listen();
  } catch (error) {
    await server.close();
    throw isPortTaken(error)
      ? portTakenError(server.config.server.port)
      : isListenError(error)
        ? listenError(error, server.config.server)
        : error;
  }
  if (output.json) output.document({ root: server.config.root, urls: server.resolvedUrls });
  else {
    const { green, bold, dim } = colorsFor(process.stdout);
    const time = `${Math.ceil(performance.now())} ms`;
    output.line(
      `\n  ${green(`${bold('GATI')} v${version()}`)}  ${dim('ready in')} ${bold(time)}\n`,
    );
    server.printUrls();
  }
  if (process.stdin.isTTY) server.bindCLIShortcuts({ print: true });
  // The command runs until a signal ends it.
  return new Promise<never>(() => {});
}

function toServerOptions(args: Call['args']): ServerOptions {
  const { port, host, open, strictPort } = args;
  const options: ServerOptions = {};
  if (typeof port === 'string') {
    options.port = Number(port);
    if (!/^\d+$/.test(port) || options.port > HIGHEST_PORT)
      throw usageError(`\`${port}\` is not a port`, `Use a number from 0 to ${HIGHEST_PORT}.`);
  }
  if (typeof host === 'string') options.host = host === '' ? true : host;
  if (typeof open === 'string') options.open = open === '' ? true : open;
  if (strictPort === true) options.strictPort = true;
  return options;
}

/** Relies on: the wording of Vite's error when `strictPort` forbids another port. */
const isPortTaken = (error: unknown): boolean =>
  error instanceof Error && /already in use|EADDRINUSE/.test(error.message);

/**
 * Whether listening failed, for example on an address of another machine, an unknown name or a
 * privileged port.
 */
const isListenError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error &&
  /^(?:listen|bind|getaddrinfo)$/.test((error as NodeJS.ErrnoException).syscall ?? '');

function listenError(error: NodeJS.ErrnoException, { host, port }: ServerOptions): GatiError {
  return new GatiError(
    {
      code: 'GATI_LISTEN',
      message: `The development server can't listen on ${typeof host === 'string' ? host : 'all addresses'}, port ${port}: ${error.message}.`,
      fix: 'Set `--host` to an address of this machine (127.0.0.1, or no value for all) and `--port` to a port that this user may open (1024 or above).',
    },
    { cause: error },
  );
}

function portTakenError(port: number): GatiError {
  return new GatiError({
    code: 'GATI_PORT_TAKEN',
    message: `Port ${port} is taken by another process.`,
    fix: 'Choose another port with `--port`, or leave `--strictPort` out to get the next free one.',
  });
}
