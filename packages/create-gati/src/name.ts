import path from 'node:path';
import { CreateError } from './errors.ts';

export interface Target {
  /** Absolute. */
  directory: string;
  /** A valid npm package name. */
  packageName: string;
}

const VALID = /^(?:@[a-z\d][a-z\d._-]*\/)?[a-z\d][a-z\d._-]*$/;
const RESERVED = new Set(['node_modules', 'favicon.ico']);
/** The registry's own limit. */
const MAX_LENGTH = 214;

/** `name` is a folder (`my-app`, `./apps/shop`, `.`) or a scoped package name, whose folder is the part after the slash. */
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
      `"${name}" gives no package name.`,
      'Use letters, digits and dashes, for example: create-gati my-app.',
    );
  }
  return { directory, packageName };
}

/** The nearest valid package name, or `undefined` where nothing is left of the wish. */
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
