/**
 * Whether to colour output for people. On a terminal: yes, unless `NO_COLOR` (https://no-color.org)
 * is set or `TERM` is `dumb`. Elsewhere: only with `FORCE_COLOR`.
 */
export function wantsColors(
  stream: { isTTY?: boolean },
  env: Record<string, string | undefined>,
): boolean {
  if (env['NO_COLOR']) return false;
  if (env['FORCE_COLOR'] !== undefined)
    return env['FORCE_COLOR'] !== '0' && env['FORCE_COLOR'] !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}
