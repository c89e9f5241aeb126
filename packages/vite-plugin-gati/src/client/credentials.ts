import type { ClientSettings } from './options.ts';

/** A token or a key, or a function that returns it. The function is called for each call. */
export type Credential =
  | string
  | undefined
  | (() => string | undefined | Promise<string | undefined>);

/**
 * All members that the generated type `Credentials` of an app may have. A client sends it to routes
 * that require credentials, unless the call has a header of the same name.
 */
export interface AnyCredentials {
  /** Sent as `Authorization: Bearer …`. */
  token?: Credential;
  /** Sent as `Authorization: Basic …` if there is no `token`. */
  basic?: { username: string; password: string };
  /** The key, or keys by the names of their headers or query parameters. */
  apiKey?: Credential | Record<string, Credential>;
}

/**
 * Adds API keys to the query of a handshake, the only place where browsers let a page put
 * credentials. A key from a promise is not added, because the handshake does not wait for it.
 */
export function addQueryKeys(
  route: string,
  url: URL,
  { open, keys }: ClientSettings,
  { apiKey }: AnyCredentials,
): void {
  if (open?.includes(route)) return;
  for (const { in: place, name } of keys ?? []) {
    const value = read(typeof apiKey === 'object' ? apiKey[name] : apiKey);
    if (place === 'query' && typeof value === 'string' && !url.searchParams.has(name))
      url.searchParams.set(name, value);
  }
}

/** Adds the credentials of a client to one call. */
export async function addCredentials(
  route: string,
  url: URL,
  headers: Headers,
  { open, keys }: ClientSettings,
  { token, basic, apiKey }: AnyCredentials,
): Promise<void> {
  if (open?.includes(route)) return;
  if (!headers.has('authorization')) {
    const bearer = await read(token);
    if (bearer !== undefined) headers.set('authorization', `Bearer ${bearer}`);
    else if (basic)
      headers.set('authorization', `Basic ${toBase64(`${basic.username}:${basic.password}`)}`);
  }
  for (const { in: place, name } of keys ?? []) {
    const fields: Headers | URLSearchParams = place === 'header' ? headers : url.searchParams;
    const value = await read(typeof apiKey === 'object' ? apiKey[name] : apiKey);
    if (value !== undefined && !fields.has(name)) fields.set(name, value);
  }
}

const read = (credential: Credential): ReturnType<Exclude<Credential, string | undefined>> =>
  typeof credential === 'function' ? credential() : credential;

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
