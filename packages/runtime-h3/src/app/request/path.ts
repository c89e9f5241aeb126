import { normalizePercent } from '@gati/contract/internal';
import { RequestError } from './request-error.ts';

/** Matches `.` and `..` as a segment, also between slashes that were percent-encoded. */
const DOT_SEGMENT = /(?:^|[/\\])\.{1,2}(?:[/\\]|$)/;

/**
 * Returns the path of a request target: origin-form, or absolute-form as proxies send it (RFC 9112,
 * section 3.2). Its percent-encoding is normalized, so that spellings of the same path are equal.
 * `undefined`: the target can't be a route.
 */
export function normalizePath(target: string): string | undefined {
  if (target.startsWith('/')) return normalizePercent(target);
  const match = /^https?:\/\/[^/?#]*([/?][^#]*)?/i.exec(target);
  if (match === null) return undefined;
  const rest = match[1] ?? '/';
  return normalizePercent(rest.startsWith('/') ? rest : `/${rest}`);
}

/** Removes the base from a path; `undefined` for a path outside of the base. */
export function belowBase(path: string, base: string): string | undefined {
  if (base === '') return path;
  if (!path.startsWith(base)) return undefined;
  if (path.length === base.length) return '/';
  return path.charCodeAt(base.length) === 47 ? path.slice(base.length) : undefined;
}

/** Normalizes a base: `api/` and `/api/` become `/api`, `/` becomes the empty string. */
export function normalizeBase(base: string | undefined): string {
  const trimmed = (base ?? '').replace(/^\/+|(?<!\/)\/+$/g, '');
  return trimmed === '' ? '' : normalizePercent(`/${trimmed}`);
}

/**
 * Decodes percent-encoded params in place.
 *
 * @throws {RequestError} 400 for a malformed encoding, a NUL, and a `.` or `..` segment
 */
export function decodeParams(params: Record<string, string>): void {
  for (const name in params) {
    const value = params[name] as string;
    if (isSpecial(value)) params[name] = decode(value);
  }
}

/**
 * Returns whether a value has `%` or `.`. Looking at each character is cheaper than two searches in
 * a short text.
 */
function isSpecial(value: string): boolean {
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index);
    if (code === 37 || code === 46) return true;
  }
  return false;
}

function decode(raw: string): string {
  let value = raw;
  try {
    if (raw.includes('%')) value = decodeURIComponent(raw);
  } catch {
    throw new RequestError(400, 'malformed_path', {
      detail: 'The path has a malformed percent-encoding.',
    });
  }
  if (DOT_SEGMENT.test(value) || value.includes('\0')) {
    throw new RequestError(400, 'malformed_path', {
      detail: 'The path has a segment that is not allowed.',
    });
  }
  return value;
}
