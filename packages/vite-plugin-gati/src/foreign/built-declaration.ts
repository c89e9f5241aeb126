import path from 'node:path';
import {
  type ForeignDeclaration,
  isSupervised,
  MODULES_DIR,
  namedFiles,
  parseSource,
} from '@gati/runtime-h3/modules/host';
import type { DeclaredModule } from './module-options.ts';

/**
 * Returns the declaration for a built server, whose paths start from the output folder. Leaves out
 * what only the build needs.
 */
export function toBuiltDeclaration(module: DeclaredModule): ForeignDeclaration {
  const { name, source, version, env, isolate, allow, files, headers, openapi, limits } = module;
  const run = isIsolatedPackage(module)
    ? `npm:./${preparedFolder(MODULES_DIR, name)}`
    : source.replaceAll(
        /(^|[\s":])\.\/([^\s"]+)/g,
        (_whole, before: string, file: string) => `${before}./${toBuiltPath(file)}`,
      );
  return {
    name,
    source,
    ...(version !== undefined && { version }),
    ...(run !== source && { run }),
    ...(env && { env }),
    ...(isolate && { isolate }),
    ...(allow && { allow }),
    ...(isolate && files && { files: files.map(toBuiltPath) }),
    ...(headers && { headers }),
    ...(openapi !== undefined && { openapi }),
    ...(limits && { limits }),
  };
}

/** Whether a package runs in a separate process, from a folder that is prepared for it. */
export function isIsolatedPackage({ name, source, isolate }: ForeignDeclaration): boolean {
  return isolate === true && parseSource(name, source).kind === 'npm';
}

/** Returns the folder of a prepared package. */
export const preparedFolder = (folder: string, name: string): string => `${folder}/npm-${name}`;

/** `modules/scorer/main.py` stays, `tools/scorer` becomes `modules/tools/scorer`. */
export function toBuiltPath(file: string): string {
  const normal = path.posix.normalize(file);
  return normal.startsWith(`${MODULES_DIR}/`) ? normal : `${MODULES_DIR}/${normal}`;
}

/**
 * Returns the files and folders, from the root, that the build copies for a module: the folder of
 * each file that its command names, and `files`. The root itself is never copied as a whole.
 */
export function filesOf({ name, source, isolate, files = [] }: DeclaredModule): string[] {
  const parsed = parseSource(name, source);
  const isLocal = isSupervised(parsed, isolate) || ['mcp', 'wasm'].includes(parsed.kind);
  const own = isLocal ? namedFiles(parsed.target) : [];
  return [...new Set([...own, ...files.map((file) => path.posix.normalize(file))])].sort();
}
