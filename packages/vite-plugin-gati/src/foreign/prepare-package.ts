import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import type { ModuleDescriptor } from '@gati/runtime-h3/modules/host';
import { writeChanged } from '../files/write-changed.ts';
import { preparedFolder } from './built-declaration.ts';
import type { ForeignModules } from './foreign-modules.ts';
import type { DeclaredModule } from './module-options.ts';
import { findInstalled } from './npm-package.ts';

/** Name of the entry while it is bundled. */
const ENTRY = 'gati:package';

/**
 * Bundles the package of a module with all that it imports, so that its process reads this folder
 * alone.
 *
 * @param folder absolute
 * @throws {GatiError} GATI_MODULE_SOURCE when it can't be bundled
 */
export async function preparePackage(
  module: DeclaredModule,
  descriptor: ModuleDescriptor,
  { root, folder }: { root: string; folder: string },
): Promise<void> {
  const { packageName } = findInstalled(module, root);
  const { build } = await import('vite');
  const name = JSON.stringify(packageName);
  try {
    await build({
      configFile: false,
      root,
      logLevel: 'silent',
      ssr: { noExternal: true },
      build: {
        ssr: true,
        outDir: folder,
        emptyOutDir: true,
        copyPublicDir: false,
        rollupOptions: {
          input: { index: ENTRY },
          output: { entryFileNames: 'index.mjs', chunkFileNames: '[hash].mjs' },
        },
      },
      plugins: [
        {
          name: 'gati:package',
          enforce: 'pre',
          resolveId: (id) => (id === ENTRY ? `\0${id}` : undefined),
          load: (id) =>
            id === `\0${ENTRY}`
              ? `import * as all from ${name};\nexport * from ${name};\nexport default all['default'];\n`
              : undefined,
        },
      ],
    });
  } catch (error) {
    throw new GatiError({
      code: 'GATI_MODULE_SOURCE',
      message: `The package ${packageName} of the module "${module.name}" can't be bundled: ${(error as Error).message}`,
      fix: 'Declare it without `isolate`, or use a package without native code.',
    });
  }
  fs.mkdirSync(folder, { recursive: true });
  await writeChanged(path.join(folder, 'descriptor.json'), `${JSON.stringify(descriptor)}\n`);
}

/** Prepares the package of a module for a process that runs beside the development server. */
export async function prepareInRoot(
  { root, foreign }: { root: string; foreign: ForeignModules },
  module: DeclaredModule,
): Promise<DeclaredModule> {
  const descriptor = foreign.descriptor(module.name);
  if (descriptor === undefined) return module;
  const prepared = preparedFolder('.gati/modules', module.name);
  await preparePackage(module, descriptor, { root, folder: path.join(root, prepared) });
  return { ...module, run: `npm:./${prepared}` };
}
