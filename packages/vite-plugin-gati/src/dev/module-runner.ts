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

/** Creates Vite's own module runner with another `import.meta`. */
export function createRunner(
  environment: DevEnvironment,
  options?: ServerModuleRunnerOptions,
): ModuleRunner {
  const runner = createServerModuleRunner(environment, options);
  // Relies on: the runner reads `options.createImportMeta` for each module. Vite overwrites the one
  // that is passed in `options`.
  runner.options.createImportMeta = createImportMeta;
  return runner;
}

/**
 * Creates the `import.meta` of a module. `resolve` of Node accepts a parent only in a loader
 * thread, whose start blocks for about 50 ms. Here the first call of `resolve` starts it.
 */
function createImportMeta(modulePath: string): ReturnType<typeof createNodeImportMeta> {
  return {
    ...createDefaultImportMeta(modulePath),
    main: false,
    resolve: (id: string, parent?: string) => createNodeImportMeta(modulePath).resolve(id, parent),
  };
}
