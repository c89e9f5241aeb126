import type { IncomingMessage } from 'node:http';
import type { PanelOrigin } from './origin.ts';

/**
 * Returns the secret of the session. If there are two cookies of this name, one comes from another
 * path or host, so neither counts.
 */
export function readSessionCookie(
  { headers }: IncomingMessage,
  { cookie }: PanelOrigin,
): string | undefined {
  const values = (headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${cookie}=`))
    .map((pair) => pair.slice(cookie.length + 1));
  const [value = ''] = values;
  return values.length === 1 && /^[\w-]{43}$/.test(value) ? value : undefined;
}

/** @param secret absent: removes the cookie */
export function printSessionCookie(origin: PanelOrigin, secret?: string): string {
  const { cookie, isHttps } = origin;
  return [
    `${cookie}=${secret ?? ''}`,
    // The prefix `__Host-` requires the path `/`.
    isHttps ? 'Path=/' : 'Path=/_control',
    'HttpOnly',
    'SameSite=Strict',
    ...(isHttps ? ['Secure'] : []),
    ...(secret === undefined ? ['Max-Age=0'] : []),
  ].join('; ');
}
