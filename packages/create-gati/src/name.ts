import path from 'node:path';
import { CreateError } from './errors.ts';

/** Folder and name of a new app. */
export interface Target {
  /** Absolute path. */
  directory: string;
  /** A valid npm package name. */
  packageName: string;
}

const VALID = /^(?:@[a-z\d][a-z\d._-]*\/)?[a-z\d][a-z\d._-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);
/** Limit of the npm registry. */
const MAX_LENGTH = 214;

/**
 * Returns the folder and the package name for the name that the user gave.
 *
 * @param name A folder (`my-app`, `./apps/shop`, `.`), or a scoped package name. The folder of
 *   `@acme/shop` is `shop`.
 * @throws {CreateError} GATI_CREATE_NAME when the name can't be turned into a package name.
 */
export function toTarget(name: string, cwd: string): Target {
  const trimmed = name.trim().replace(/[\\/]+$/, '');
  const scoped = /^@[^/\\]+\/[^/\\]+$/.test(trimmed);
  const directory = path.resolve(cwd, scoped ? trimmed.slice(trimmed.indexOf('/') + 1) : trimmed);
  const wish = scoped ? trimmed : path.basename(directory);
  const packageName = toPackageName(wish);
  if (trimmed === '' || packageName === undefined) {
    throw new CreateError(
      'GATI_CREATE_NAME',
      2,
      `"${name}" can't be turned into a package name.`,
      'Use letters, digits and dashes, for example: create-gati my-app.',
    );
  }
  return { directory, packageName };
}

/** Returns the nearest valid package name, or `undefined` if no valid character is left. */
export function toPackageName(wish: string): string | undefined {
  const [scope, base] =
    wish.startsWith('@') && wish.includes('/') ? wish.slice(1).split('/') : [undefined, wish];
  const name = scope === undefined ? toSlug(base ?? '') : `@${toSlug(scope)}/${toSlug(base ?? '')}`;
  return VALID.test(name) && !RESERVED.has(name) && name.length <= MAX_LENGTH ? name : undefined;
}

const toSlug = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036F]/g, '')
    .trim()
    .toLowerCase()
    .replace(/[^a-z\d._-]+/g, '-')
    .replace(/^[._-]+|-+$/g, '');
