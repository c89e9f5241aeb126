/**
 * Applies the `Set-Cookie` headers of a response to the cookies of a tab, by name. Paths and domains
 * are left out, since all requests go to one app.
 */
export function applyCookies(
  cookies: Readonly<Record<string, string>>,
  headers: readonly (readonly [string, string])[],
  now: number,
): Record<string, string> {
  const next: Record<string, string> = { ...cookies };
  for (const [header, line] of headers) {
    if (header.toLowerCase() !== 'set-cookie') continue;
    const [, name = '', value = ''] = /^\s*([^=;\s]+)\s*=\s*([^;]*)/.exec(line) ?? [];
    if (name === '' || name === '__proto__') continue;
    const [, age] = /;\s*max-age\s*=\s*(-?\d+)/i.exec(line) ?? [];
    const [, expires] = /;\s*expires\s*=\s*([^;]+)/i.exec(line) ?? [];
    const isOver = age === undefined ? Date.parse(expires ?? '') <= now : Number(age) <= 0;
    if (isOver) delete next[name];
    else next[name] = value.trim();
  }
  return next;
}
