import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ClientRequest, RequestOptions } from 'node:http';
import type { AppAddress } from '../ports.ts';

/** Host of the app in a URL: `127.0.0.1:3000`, `[::1]:3000`. */
export function hostOf({ host, port }: AppAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Opens a request to the app. No other host is ever contacted, and no redirect is followed. */
export function openRequest(
  { host, port, isSecure }: AppAddress,
  options: Pick<RequestOptions, 'method' | 'path' | 'headers' | 'signal'>,
): ClientRequest {
  const all = { ...options, host, port, agent: false, setHost: false } satisfies RequestOptions;
  // A development server has a certificate of its own, and the connection stays on this machine.
  return isSecure ? httpsRequest({ ...all, rejectUnauthorized: false }) : httpRequest(all);
}
