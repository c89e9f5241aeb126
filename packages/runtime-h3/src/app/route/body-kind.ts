import { isJsonMediaType } from '@gati/contract/internal';

export type BodyKind = 'json' | 'urlencoded' | 'multipart' | 'text' | 'bytes';
/** Kinds of bodies that a route accepts. */
export type BodyKinds = Set<BodyKind>;

/** Returns the kind of a `Content-Type`; `undefined` when its charset is not supported. */
export function bodyKindOf(contentType: string): BodyKind | undefined {
  if (contentType === 'application/json') return 'json';
  if (unsupportedCharset(contentType) !== undefined) return undefined;
  const [type = ''] = contentType.toLowerCase().split(';');
  const name = type.trim();
  if (isJsonMediaType(name)) return 'json';
  if (name === 'application/x-www-form-urlencoded') return 'urlencoded';
  if (name === 'multipart/form-data') return 'multipart';
  return name.startsWith('text/') ? 'text' : 'bytes';
}

export function bodyKindsOf(contentTypes: string[]): BodyKinds {
  return new Set(contentTypes.map(bodyKindOf).filter((kind) => kind !== undefined));
}

/**
 * Returns the charset of a `Content-Type` if it is not supported. Supported are UTF-8 and its subset
 * US-ASCII.
 */
export function unsupportedCharset(contentType: string): string | undefined {
  const [, ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii' ? undefined : charset;
}
