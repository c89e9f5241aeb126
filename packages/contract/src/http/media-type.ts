/** Media type of problem details (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/**
 * Whether a content type is JSON: `application/json` (RFC 8259) or a type with the suffix `+json`
 * (RFC 6839, section 3.1). Parameters such as `; charset=utf-8` do not count.
 *
 * Runs for every response. It therefore uses no regular expression, and copies the text only if it
 * has parameters.
 *
 * @param contentType In lower case.
 */
export function isJsonMediaType(contentType: string): boolean {
  if (contentType === 'application/json') return true;
  if (!contentType.includes('json')) return false;
  const end = contentType.indexOf(';');
  const type = end < 0 ? contentType : contentType.slice(0, end).trimEnd();
  return type === 'application/json' || type.endsWith('+json');
}
