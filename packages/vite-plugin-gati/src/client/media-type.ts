/**
 * Whether a content type is JSON. A copy of `isJsonMediaType` of `@gati/contract`, because the
 * client ships without packages. A test compares the two.
 */
export function isJsonMediaType(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  if (!contentType.includes('json')) return false;
  const end = contentType.indexOf(';');
  const type = end < 0 ? contentType : contentType.slice(0, end).trimEnd();
  return type === 'application/json' || type.endsWith('+json');
}
