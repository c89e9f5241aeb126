/** Entry `@gati/runtime-h3/server`: the process that a built server runs. */
// Static, because every process loads the module anyway.
import { dataFolder } from '../data/data-folder.ts';
import { WORKER_MARK, type WorkerKind } from './channel/messages.ts';
import { supervisorPid } from './channel/supervisor-pid.ts';
import type { ServerOptions } from './options.ts';

export type { ServerOptions } from './options.ts';

/**
 * Commands that read the telemetry of a server, and `trap`. The code of these commands loads when one is
 * called.
 */
const TELEMETRY_COMMANDS: ReadonlySet<string> = new Set([
  'traces',
  'trace',
  'logs',
  'errors',
  'metrics',
  'trap',
]);

/**
 * Runs a built server. Without arguments this process becomes the supervisor and starts the same
 * file again as its workers. With arguments it runs the named command (`releases`, `activate`,
 * `rollback`, `effects`, `modules`, `migrate` …). If the server can't start, it prints one message
 * and exits with code 1.
 *
 * @example
 * await startServer({ release: () => import('./release.mjs').then((module) => module.default) });
 */
export async function startServer(options: ServerOptions): Promise<void> {
  if (process.env[WORKER_MARK] && process.send) {
    const kind = process.env[WORKER_MARK] as WorkerKind;
    // Processes that the app spawns inherit the environment but are not workers.
    delete process.env[WORKER_MARK];
    supervisorPid();
    // The supervisor died before this process could notice it.
    if (!process.connected) return process.exit(0);
    if (kind === 'collector') {
      const [{ runCollector }, { createPanelPorts }] = await Promise.all([
        import('./collector/collector.ts'),
        import('./panel-ports.ts'),
      ]);
      const { name, panel, queues, modules } = options;
      return runCollector({
        ...(name !== undefined && { name }),
        ...(panel && { panel }),
        createPorts: (logger) => createPanelPorts(queues, modules, logger),
      });
    }
    if (kind === 'proof') return (await import('./worker/proof.ts')).runProof(options);
    const { runWorker } = await import('./worker/worker.ts');
    return runWorker(options, kind);
  }
  const [name, ...words] = process.argv.slice(2);
  if (name === 'releases' || name === 'activate' || name === 'rollback') {
    const { runReleaseCommand } = await import('../releases/command/main.ts');
    process.exitCode = await runReleaseCommand(name, words, options.missingVersion ?? 'choose');
    return;
  }
  if (name === 'effects') {
    const [{ runEffectsCommand }, { defaultQueueUrl, openQueue }] = await Promise.all([
      import('../effects/command/main.ts'),
      import('../effects/drivers/open.ts'),
    ]);
    const url = process.env.GATI_EFFECTS || defaultQueueUrl(dataFolder('production'));
    process.exitCode = await runEffectsCommand(words, {
      url,
      openQueue: (address, settings) => openQueue(address, options.queues, settings),
    });
    return;
  }
  if (name === 'modules') {
    const { runModulesCommand } = await import('./modules-command.ts');
    process.exitCode = await runModulesCommand(words, options.modules);
    return;
  }
  if (name === 'migrate') {
    const { runMigrateCommand } = await import('./migrate-command.ts');
    process.exitCode = await runMigrateCommand(words, options.databaseMigrations);
    return;
  }
  if (name === 'panel') {
    const { runPanelCommand } = await import('./panel-command.ts');
    process.exitCode = await runPanelCommand(words, options);
    return;
  }
  if (name === 'explain') {
    const { runExplainCommand } = await import('./explain-command.ts');
    process.exitCode = await runExplainCommand(words, options.errors);
    return;
  }
  if (name !== undefined && TELEMETRY_COMMANDS.has(name)) {
    const { runStoredTelemetryCommand } = await import('./telemetry-command.ts');
    process.exitCode = await runStoredTelemetryCommand(name, words, options.base);
    return;
  }
  if (name === 'config' || name === 'scale' || name === 'restart') {
    const { runOperateCommand } = await import('../collector/command/operate.ts');
    const { GATI_TOKEN: token } = process.env;
    process.exitCode = await runOperateCommand(name, words, { token, env: process.env });
    return;
  }
  if (name !== undefined) {
    const { runOtherCommand } = await import('./other-command.ts');
    process.exitCode = await runOtherCommand(name, words);
    return;
  }
  const { runSupervisor } = await import('./supervisor/supervisor.ts');
  return runSupervisor(options);
}
