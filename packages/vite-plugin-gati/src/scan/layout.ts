/**
 * The conventions for the files of an app. This module knows those for code, so a new
 * convention starts here: a name in {@link roleOf}, a role in {@link FileRole}, and a pattern in
 * {@link SCAN_PATTERNS} if no folder covers the file. Then `assemble.ts` must read the role into `Scan`.
 *
 * | file                                | role         | what it holds                          |
 * |-------------------------------------|--------------|----------------------------------------|
 * | `src/config.*`                      | `config`     | schema of the environment variables    |
 * | `src/handlers/**\/*.*`              | `handler`    | one route                              |
 * | `src/handlers/**\/_guard.*`         | `guard`      | guard of a folder and its folders      |
 * | `src/handlers/**\/_middleware.*`    | `middleware` | middleware of a folder and its folders |
 * | `src/handlers/**\/_*` (others)      | none         | helpers beside handlers                |
 * | `src/modules/*.*`                   | `module`     | `gctx.modules.<name>`                  |
 * | `src/effects/*.*`                   | `effect`     | work that runs after the response      |
 * | `src/versions/*.*`                  | `version`    | migration of older releases            |
 * | `src/migrations/*.sql`              | none         | migrations of the database: `read-migrations.ts` |
 * | `src/modules/*.module.yaml`         | none         | module outside of the app: `read-declarations.ts` |
 *
 * Code files only: declarations and tests have no role. All names are from the root, with `/`.
 */

export const HANDLERS = 'src/handlers';
export const MODULES = 'src/modules';
export const EFFECTS = 'src/effects';
export const VERSIONS = 'src/versions';
export const MIGRATIONS = 'src/migrations';

/** Folders in which the place of a file decides its role. */
export const FOLDERS: readonly string[] = [HANDLERS, MODULES, EFFECTS, VERSIONS];

/** Glob patterns that match every file with a role, and some without. */
export const SCAN_PATTERNS: readonly string[] = [
  ...FOLDERS.map((folder) => `${folder}/**/*`),
  'src/config.*',
];

export type FileRole =
  | 'handler'
  | 'guard'
  | 'middleware'
  | 'module'
  | 'effect'
  | 'version'
  | 'config';

const CODE = /\.(?:[mc]?ts|[mc]?js|tsx|jsx)$/;
const NOT_CODE = /\.(?:d\.[mc]?ts|(?:test|spec)\.[mc]?[jt]sx?)$/;

/** Returns the role of a file by its place; `undefined` for a file that no convention covers. */
export function roleOf(file: string): FileRole | undefined {
  if (!file.startsWith('src/') || !CODE.test(file) || NOT_CODE.test(file)) return undefined;
  if (/^src\/config\.[^./]+$/.test(file)) return 'config';
  if (file.startsWith(`${HANDLERS}/`)) {
    const segments = file.slice(HANDLERS.length + 1).split('/');
    const special = /^_(guard|middleware)\.[^./]+$/.exec(segments.at(-1) ?? '')?.[1];
    if (special !== undefined) return special as 'guard' | 'middleware';
    return segments.some((segment) => segment.startsWith('_')) ? undefined : 'handler';
  }
  const direct = /^src\/(modules|effects|versions)\/([^_/][^/]*)$/.exec(file);
  if (!direct) return undefined;
  return direct[1] === 'modules' ? 'module' : direct[1] === 'effects' ? 'effect' : 'version';
}

/** `src/handlers/users/[id].get.ts` → `users/[id].get`. */
export function belowFolder(file: string, folder: string): string {
  return file.slice(folder.length + 1).replace(CODE, '');
}

/** Returns the folder of a file below `src/handlers`: `/`, `/admin`. */
export function folderOf(file: string): string {
  return file.slice(HANDLERS.length, file.lastIndexOf('/')) || '/';
}

/** Whether a file of `src/handlers` is in a folder (`/`, `/admin`) or below it. */
export function isBelow(file: string, folder: string): boolean {
  return file.startsWith(folder === '/' ? `${HANDLERS}/` : `${HANDLERS}${folder}/`);
}
