import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const RUNTIME =
  path.dirname(createRequire(import.meta.url).resolve('@gati/runtime-h3/package.json')) + path.sep;

/**
 * Whether the runtime imports this module. The runtime tries to import optional packages, which a
 * workspace may have installed for another app.
 */
export const isRuntime = (importer: string | undefined): boolean =>
  path.normalize(importer ?? '').startsWith(RUNTIME);

/** Whether the `package.json` in `root` lists a package. */
export function isOwn(root: string, name: string): boolean {
  const file = path.join(root, 'package.json');
  const json = fs.existsSync(file)
    ? (JSON.parse(fs.readFileSync(file, 'utf8')) as Record<
        string,
        Record<string, string> | undefined
      >)
    : {};
  return ['dependencies', 'optionalDependencies', 'devDependencies'].some(
    (kind) => json[kind]?.[name] !== undefined,
  );
}
