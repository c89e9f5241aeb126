import path from 'node:path';
import { isRunnableDevEnvironment, loadEnv, type ViteDevServer } from 'vite';
import type { PluginContext } from '../context.ts';
import { ENVIRONMENT } from '../environment-name.ts';
import { createModuleLoader } from './module-loader.ts';
import { type FileChange, readChange } from './read-change.ts';
import { createGenerator } from './generate-in-background.ts';
import { createDevApp } from './dev-app.ts';
import { watchLostEdits } from './lost-edits.ts';
import { watchLostRemovals } from './lost-removals.ts';
import { createDiagnosticReporter } from './diagnostic-reporter.ts';
import { respondNotFound, serveApp } from './serve.ts';
import { noHandlers } from '../scan/no-handlers.ts';
import type { Scan } from '../scan/types.ts';
import { createFileSnapshots } from './file-snapshots.ts';
import { show } from './diagnose-error.ts';
import { surviveUncaught } from './uncaught.ts';

/** Milliseconds after which a watcher that says it is ready misses nothing. */
const SETTLED = 400;

/** All that development adds to one Vite server; a restarted server gets another. */
export interface DevServer {
  /** A module was made of this text. */
  used(file: string, text: string): void;
  /** The text that a file's module is made of, where it is not simply what the disk has. */
  textOf(file: string): string | undefined;
  change(change: FileChange): Promise<void>;
  /** Called when Vite's own middlewares stand. */
  finish(): void;
  close(): Promise<void>;
}

export function createDevServer(server: ViteDevServer, context: PluginContext): DevServer {
  const environment = server.environments[ENVIRONMENT];
  if (!environment || !isRunnableDevEnvironment(environment))
    throw new Error(`gati: the environment '${ENVIRONMENT}' can't run code`);
  const { project } = context;
  const { root, mode, envDir } = server.config;
  const texts = createFileSnapshots();
  const code = createModuleLoader(environment, texts);
  const problems = createDiagnosticReporter(server);
  const lostEdits = watchLostEdits(server);
  const lostRemovals = watchLostRemovals(server);
  // Development only: what the shell has set counts more.
  const env = { ...(envDir === false ? {} : loadEnv(mode, envDir, '')), ...process.env };
  const host = createDevApp({ project, code, problems, env, texts });
  project.useSchemaLoader(async (file, exportName) => (await code.load(file))[exportName]);
  const generator = createGenerator({
    server,
    project,
    problems,
    isBusy: () => app.inflight > 0,
    onOther: (files) => files.length > 0 && void host.apply(latest(), new Set(files)),
  });

  const ready = project.scan().then(async (scan) => {
    await host.apply(scan);
    lookForHandlers();
    // The first request has the machine for itself; the rest of the contracts comes behind it.
    if (server.httpServer) generator.soon(scan);
  });
  // What was written while the watcher was still reading the folders is not told by it, nor what is written in the moment after.
  // It says so for each folder that it watches.
  let later: NodeJS.Timeout | undefined;
  const onReady = (): void => {
    clearTimeout(later);
    later = setTimeout(
      () => (app.inflight > 0 ? onReady() : void ready.then(catchUp).catch(() => undefined)),
      SETTLED,
    );
  };
  server.watcher.on('ready', onReady);

  /** The wrong root looks like an app without routes. */
  const lookForHandlers = (): void => problems.set('handlers', noHandlers(root));

  async function catchUp(): Promise<void> {
    await project.scan();
    await host.apply(latest());
    lookForHandlers();
    lostEdits.lookAtAll();
    const { routes, modules, effects, versions } = latest();
    const files = [...routes, ...modules, ...effects, ...versions].map(({ file }) => file);
    // Those that nobody has asked for yet are no modules.
    for (const file of [...files, ...routes.flatMap(({ middleware }) => middleware)])
      lostRemovals.uses(path.posix.join(root, file));
  }
  ready.catch((error: unknown) =>
    server.config.logger.error(`gati: the app can't be read: ${show(error)}`),
  );
  const app = serveApp(server, host, project.options, ready);
  const endSurviving = surviveUncaught(server);

  /** While one change waited, a later one may have been taken up. */
  const latest = (): Scan => project.update(new Map());

  let last: Promise<unknown> = Promise.resolve();

  return {
    used(file, text) {
      texts.use(file, text);
      lostEdits.used(file, text);
      lostRemovals.uses(file);
    },
    textOf: (file) => texts.get(file),
    async change(change) {
      await ready;
      // One after the other, so that no older text is taken up after a newer one.
      const reading = last.then(() => readChange(change, { root, code, lostEdits, texts }));
      last = reading.catch(() => undefined);
      const read = await reading;
      if (!read) return;
      project.update(new Map([[read.file, read.text]]));
      const dependents = await project.invalidate([read.file]);
      context.invalidate();
      const changed = new Set([...read.affected, ...dependents]);
      await host.apply(latest(), changed);
      lookForHandlers();
      generator.soon(latest(), changed);
    },
    finish: () => respondNotFound(server, project.options.base),
    async close() {
      server.watcher.off('ready', onReady);
      clearTimeout(later);
      lostEdits.close();
      lostRemovals.close();
      try {
        await generator.close();
        await app.close();
        await host.close();
      } finally {
        endSurviving();
      }
    },
  };
}
