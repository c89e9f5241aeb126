import { isJsonMediaType } from '@gati/contract/internal';

export type BodyKind = 'json' | 'urlencoded' | 'multipart' | 'text' | 'bytes';
/** Which kinds a route takes, and the media types for those that it names in full. */
export type BodyKinds = Set<BodyKind>;

/** Kind of a `Content-Type`; `undefined` where its charset is none that is read. */
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

/** The charset of a `Content-Type`, where it is none that is read. */
export function unsupportedCharset(contentType: string): string | undefined {
  const [, ...parameters] = contentType.toLowerCase().split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset="?([^"\s]*)"?\s*$/.exec(parameter)?.[1])
    .find((found) => found !== undefined);
  return charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii' ? undefined : charset;
}
