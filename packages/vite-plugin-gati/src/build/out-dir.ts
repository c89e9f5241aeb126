import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { FOLDERS } from '../scan/layout.ts';

const FIX = 'Name a folder that holds nothing but the build, such as `dist`.';

/** Why nothing may be built into a folder: a build empties it first. `undefined`: it may. Both are absolute. */
export function outDirError(
  root: string,
  outDir: string,
): { message: string; fix: string } | undefined {
  const real = realPath(outDir);
  const says = (what: string): { message: string; fix: string } => ({
    message: `the output folder '${outDir}' ${what}`,
    fix: FIX,
  });
  if (holds(real, realPath(root)))
    return says('is the root of the app or holds it, and a build empties its folder first');
  for (const folder of FOLDERS) {
    const sources = realPath(path.join(root, folder));
    if (holds(real, sources))
      return says(`holds the sources in ${folder}, and a build empties its folder first`);
    if (holds(sources, real))
      return says(`stands in ${folder}, where files are sources of the app`);
  }
  return undefined;
}

/** @throws GatiError `GATI_OUT_DIR` */
export function assertOutDir(root: string, outDir: string): void {
  const fault = outDirError(root, outDir);
  if (!fault) return;
  const message = `${fault.message[0]!.toUpperCase()}${fault.message.slice(1)}.`;
  throw new GatiError({
    code: 'GATI_OUT_DIR',
    message,
    fix: `${fault.fix.slice(0, -1)}, in \`build.outDir\`.`,
  });
}

const holds = (outer: string, inner: string): boolean => {
  const between = path.relative(outer, inner);
  return (
    between === '' ||
    (between !== '..' && !between.startsWith(`..${path.sep}`) && !path.isAbsolute(between))
  );
};

/** Through links, as far as there is something; the same folder has several names in a file system that ignores case. */
function realPath(file: string): string {
  try {
    return fs.realpathSync.native(file);
  } catch {
    const parent = path.dirname(file);
    return parent === file ? file : path.join(realPath(parent), path.basename(file));
  }
}
