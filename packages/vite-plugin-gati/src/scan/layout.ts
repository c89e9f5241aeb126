/** Where the files of an app stand. From the root, with `/`. */
export const HANDLERS = 'src/handlers';
export const MODULES = 'src/modules';
export const EFFECTS = 'src/effects';
export const VERSIONS = 'src/versions';
/** Folders whose files mean something by their place. */
export const FOLDERS: readonly string[] = [HANDLERS, MODULES, EFFECTS, VERSIONS];

export type FileRole = 'handler' | 'middleware' | 'module' | 'effect' | 'version' | 'config';

const CODE = /\.(?:[mc]?ts|[mc]?js|tsx|jsx)$/;
const NOT_CODE = /\.(?:d\.[mc]?ts|(?:test|spec)\.[mc]?[jt]sx?)$/;

/** What a file (from the root, with `/`) is by its place; `undefined`: none of ours. */
export function roleOf(file: string): FileRole | undefined {
  if (!file.startsWith('src/') || !CODE.test(file) || NOT_CODE.test(file)) return undefined;
  if (/^src\/config\.[^./]+$/.test(file)) return 'config';
  if (file.startsWith(`${HANDLERS}/`)) {
    const segments = file.slice(HANDLERS.length + 1).split('/');
    if (/^_middleware\.[^./]+$/.test(segments.at(-1) ?? '')) return 'middleware';
    // What starts with `_` stands beside handlers without being one.
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
