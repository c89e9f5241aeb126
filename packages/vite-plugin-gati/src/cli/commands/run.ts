import { usageError } from '@gati/runtime-h3/command';
import fs from 'node:fs';
import path from 'node:path';
import { createServer, loadEnv } from 'vite';
import { ViteNodeRunner } from 'vite-node/client';
import { ViteNodeServer } from 'vite-node/server';
import { installSourcemapsSupport } from 'vite-node/source-map';
import { loadInlineConfig } from '../app.ts';
import { type Call, FINDING, OK } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, rest, output } = call;
  const script = path.resolve(String(args.script));
  if (!fs.existsSync(script))
    throw usageError(
      `there is no script \`${String(args.script)}\``,
      'Name a file, relative to the current folder.',
    );
  const inline = await loadInlineConfig(call, { command: 'serve', mode: 'development' });
  const server = await createServer({
    ...inline,
    logLevel: 'error',
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    const { config } = server;
    // Sets the variables of `.env` files as development does, unless the shell sets them.
    for (const [name, value] of Object.entries(
      loadEnv(config.mode, config.envDir || config.root, ''),
    ))
      process.env[name] ??= value;
    const node = new ViteNodeServer(server);
    installSourcemapsSupport({ getSourceMap: (source) => node.getSourceMap(source) });
    const runner = new ViteNodeRunner({
      root: config.root,
      base: config.base,
      fetchModule: (id) => node.fetchModule(id),
      resolveId: (id, importer) => node.resolveId(id, importer),
    });
    process.argv = [process.argv[0]!, script, ...rest];
    // Prints at the exit, because a script may call `process.exit()`.
    process.once('exit', (exitCode) => output.document({ script, exitCode }));
    await runner.executeFile(script);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return FINDING;
  } finally {
    await server.close();
  }
  return typeof process.exitCode === 'number' ? process.exitCode : OK;
}
