/**
 * Strings, numbers, bytes and comments of SQL. A string without its closing quote extends to the
 * end of the query. Names in double quotes and placeholders (`?`, `$1`) are not literals.
 */
const LITERAL =
  /\$([a-z_]\w*)?\$[^]*?(?:\$\1\$|$)|\be'(?:\\[^]|''|[^'\\])*(?:'|$)|(?:\b[xbn])?'(?:''|[^'])*(?:'|$)|"(?:""|[^"])*(?:"|$)|--[^\n]*|\/\*[^]*?(?:\*\/|$)|(?<![\w$.])(?:0x[\da-f]+|\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/gi;

/**
 * Replaces values that a query contains by `?`, and removes its comments. Bound values are not in
 * the text.
 *
 * @example
 * hideLiterals("SELECT * FROM users WHERE name = 'Ada' AND age > 36"); // '… name = ? AND age > ?'
 */
export function hideLiterals(sql: string): string {
  return sql
    .replaceAll(LITERAL, (found) => {
      if (found.startsWith('"')) return found;
      return found.startsWith('--') || found.startsWith('/*') ? ' ' : '?';
    })
    .replaceAll(/\s+/g, ' ')
    .trim();
}
