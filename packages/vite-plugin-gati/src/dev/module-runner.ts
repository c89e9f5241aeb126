import {
  createServerModuleRunner,
  type DevEnvironment,
  type ServerModuleRunnerOptions,
} from 'vite';
import {
  createDefaultImportMeta,
  createNodeImportMeta,
  type ModuleRunner,
} from 'vite/module-runner';

/** Vite's own runner, which sets `createImportMeta` whatever the options say. */
export function createRunner(
  environment: DevEnvironment,
  options?: ServerModuleRunnerOptions,
): ModuleRunner {
  const runner = createServerModuleRunner(environment, options);
  runner.options.createImportMeta = createImportMeta;
  return runner;
}

/**
 * Node's own `import.meta.resolve` takes a parent only in a loader thread, whose start holds everything up for about 50 ms, so it is
 * started by the first module that resolves something.
 */
function createImportMeta(modulePath: string): ReturnType<typeof createNodeImportMeta> {
  return {
    ...createDefaultImportMeta(modulePath),
    main: false,
    resolve: (id: string, parent?: string) => createNodeImportMeta(modulePath).resolve(id, parent),
  };
}
