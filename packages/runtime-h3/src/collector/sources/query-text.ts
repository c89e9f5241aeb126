/**
 * Quotes a value for PromQL and LogQL, whose strings have the escapes of Go. Every value of a user
 * goes through this function, so that none ends its string.
 */
export function quoteValue(value: string): string {
  // JSON escapes a subset of what Go does. Go has no escape for half of a surrogate pair.
  return JSON.stringify(toWellFormed(value)).replaceAll('\u007f', '\\u007f');
}

const toWellFormed = (value: string): string =>
  value.replace(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g,
    '\ufffd',
  );

/** Prints a selector: `{http_route="/orders",version="1.0.0"}`. */
export function printSelector(labels: Record<string, string | undefined>): string {
  const matchers = Object.entries(labels)
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([name, value]) => `${name}=${quoteValue(value)}`);
  return `{${matchers.join(',')}}`;
}

/** Escapes a text for RE2, the regular expressions of Go. */
export const escapeRe2 = (text: string): string => text.replace(/[\\.+*?()|[\]{}^$]/g, '\\$&');
