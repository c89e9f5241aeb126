import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const RUNTIME =
  path.dirname(createRequire(import.meta.url).resolve('@gati/runtime-h3/package.json')) + path.sep;

/** The runtime tries optional packages; a workspace may have them installed for somebody else. */
export const isRuntime = (importer: string | undefined): boolean =>
  path.normalize(importer ?? '').startsWith(RUNTIME);

/** Whether the app in `root` names a package itself. */
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
