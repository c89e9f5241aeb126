import { createDefaultImportMeta, createNodeImportMeta } from 'vite/module-runner';

type Meta = ReturnType<typeof createNodeImportMeta>;

/**
 * `import.meta` of the app's modules. Node's own `resolve` takes a parent only in a loader thread, whose start holds everything up for
 * about 50 ms, so it is started by the first module that resolves something.
 */
export function createImportMeta(modulePath: string): Meta {
  return {
    ...createDefaultImportMeta(modulePath),
    main: false,
    resolve: (id: string, parent?: string) => createNodeImportMeta(modulePath).resolve(id, parent),
  };
}
