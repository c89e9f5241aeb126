import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { FOLDERS } from '../scan/layout.ts';

const FIX = 'Choose a folder that contains nothing but the build, such as `dist`.';

/**
 * Returns why `outDir` can't be an output folder, which a build empties first, or `undefined` if it
 * can. Both paths are absolute.
 */
export function outDirError(
  root: string,
  outDir: string,
): { message: string; fix: string } | undefined {
  const real = realPath(outDir);
  const reject = (reason: string): { message: string; fix: string } => ({
    message: `the output folder '${outDir}' ${reason}`,
    fix: FIX,
  });
  if (contains(real, realPath(root)))
    return reject(
      'is or contains the root of the app, and a build empties its output folder first',
    );
  for (const folder of FOLDERS) {
    const sources = realPath(path.join(root, folder));
    if (contains(real, sources))
      return reject(
        `contains the sources in ${folder}, and a build empties its output folder first`,
      );
    if (contains(sources, real))
      return reject(`is inside ${folder}, which holds sources of the app`);
  }
  return undefined;
}

/** @throws {GatiError} GATI_OUT_DIR when a build into `outDir` would delete sources */
export function assertOutDir(root: string, outDir: string): void {
  const error = outDirError(root, outDir);
  if (!error) return;
  const message = `${error.message[0]!.toUpperCase()}${error.message.slice(1)}.`;
  throw new GatiError({
    code: 'GATI_OUT_DIR',
    message,
    fix: `${error.fix.slice(0, -1)}, in \`build.outDir\`.`,
  });
}

const contains = (outer: string, inner: string): boolean => {
  const between = path.relative(outer, inner);
  return (
    between === '' ||
    (between !== '..' && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between))
  );
};

/**
 * Resolves links of the part of a path that exists. Needed too because a case-insensitive file
 * system has several names for one folder.
 */
function realPath(file: string): string {
  try {
    return fs.realpathSync.native(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPath(parent), path.basename(file));
  }
}
