import fs from 'node:fs';
import path from 'node:path';
import { MODULES_DIR, PROGRAMS_DIR } from '@gati/runtime-h3/modules/host';
import { lockError } from '../foreign/lock.ts';
import {
  filesOf,
  isIsolatedPackage,
  preparedFolder,
  toBuiltPath,
} from '../foreign/built-declaration.ts';
import type { ForeignModules } from '../foreign/foreign-modules.ts';
import { preparePackage } from '../foreign/prepare-package.ts';
import { programsFolder, programsOf } from '../foreign/programs.ts';

/** Folders that no module needs in a build. */
const SKIPPED = new Set(['.git', '__pycache__', 'target', '.venv']);

/**
 * Copies the files of foreign modules into the output folder.
 *
 * @throws {GatiError} GATI_MODULE_LOCK when a file is missing
 */
export async function copyModuleFiles(
  { root, foreign }: { root: string; foreign: ForeignModules },
  outDir: string,
): Promise<void> {
  const modules = foreign.declared;
  for (const program of programsOf(modules))
    fs.cpSync(path.join(programsFolder(), program), path.join(outDir, PROGRAMS_DIR, program));
  for (const module of modules.filter(isIsolatedPackage))
    await preparePackage(module, foreign.descriptor(module.name)!, {
      root,
      folder: path.join(outDir, preparedFolder(MODULES_DIR, module.name)),
    });
  for (const module of modules)
    for (const file of filesOf(module)) {
      const from = path.join(root, file);
      if (!fs.existsSync(from))
        throw lockError(`The module "${module.name}" needs ${file}, which does not exist.`);
      fs.cpSync(from, path.join(outDir, toBuiltPath(file)), {
        recursive: true,
        dereference: true,
        filter: (each) => !SKIPPED.has(path.basename(each)),
      });
    }
}
