/** A scheme that a registry requires in `WWW-Authenticate`. */
export interface Challenge {
  /** In lower case. */
  scheme: string;
  /** Names in lower case. */
  parameters: Record<string, string>;
}

const HEADER_LIMIT = 8192;

/**
 * Parses a `WWW-Authenticate` header of one or more challenges.
 *
 * @see RFC 9110, section 11.6.1
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  const text = header.slice(0, HEADER_LIMIT);
  // A scheme, or a parameter with a quoted or a plain value.
  const token = /([A-Za-z][\w-]*)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/y;
  for (let index = 0; index < text.length;) {
    token.lastIndex = index;
    const match = token.exec(text);
    if (!match) {
      index++;
      continue;
    }
    index = token.lastIndex;
    const [, name = '', quoted, plain] = match;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: {} });
    else {
      const last = challenges.at(-1);
      if (last) last.parameters[name.toLowerCase()] = value;
    }
  }
  return challenges;
}
