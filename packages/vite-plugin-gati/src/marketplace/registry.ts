import { execFileSync } from 'node:child_process';
import { isIPv4 } from 'node:net';
import { splitCredentials } from '@gati/runtime-h3/modules/host';
import { registryError } from './errors.ts';

/** Maximum bytes of one response: of a document, and of a package. */
const MAX_DOCUMENT = 33_554_432;
const MAX_TARBALL = 33_554_432;
/** Milliseconds for one response. */
const TIMEOUT = 60_000;

/** An npm registry. Everything that it returns is unchecked. */
export interface Registry {
  /** With a slash at the end, and without a password. */
  url: string;
  /** Returns all versions of a package. */
  packument(name: string): Promise<unknown>;
  /** Returns packages with the keyword `gati-module`. */
  search(text: string, limit: number): Promise<unknown>;
  /** Returns the attestations of a version; `undefined` if there are none. */
  attestations(name: string, version: string): Promise<unknown>;
  /** Returns the bytes of a tarball, which must be on this registry. */
  tarball(url: string): Promise<Buffer>;
}

export function openRegistry(url: string): Registry {
  const { url: address, headers } = splitCredentials(url.endsWith('/') ? url : `${url}/`);
  const { href: base, origin, protocol, hostname } = address;
  if (protocol !== 'https:' && !isLoopback(hostname))
    throw registryError(base, 'has no TLS, and is not on this machine');
  /** @param missing whether the status 404 returns `undefined` */
  async function request(
    place: string,
    most: number,
    missing = false,
  ): Promise<Buffer | undefined> {
    const target = new URL(place, base);
    if (target.origin !== origin || target.protocol !== protocol)
      throw registryError(target.href, `is not on ${origin}`);
    try {
      const response = await fetch(target, {
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
        headers: { ...headers, accept: 'application/json, application/octet-stream' },
      });
      if (response.status === 404 && missing) return undefined;
      if (!response.ok) throw registryError(target.href, `responds ${response.status}`);
      return await readBody(response, most, target.href);
    } catch (error) {
      if ((error as { code?: string }).code === 'GATI_MODULE_REGISTRY') throw error;
      const { message, cause } = error as Error;
      const reason = cause instanceof Error && cause.message !== '' ? cause.message : message;
      throw registryError(target.href, `does not respond (${reason})`, error);
    }
  }
  async function json(place: string, missing = false): Promise<unknown> {
    const body = await request(place, MAX_DOCUMENT, missing);
    if (body === undefined) return undefined;
    try {
      return JSON.parse(body.toString('utf8')) as unknown;
    } catch (error) {
      throw registryError(new URL(place, base).href, 'does not respond with JSON', error);
    }
  }
  return {
    url: base,
    packument: (name) => json(name.replace('/', '%2f')),
    search: (text, limit) =>
      json(
        `-/v1/search?${new URLSearchParams({ text: `keywords:gati-module ${text}`.trim(), size: String(limit) })}`,
      ),
    attestations: (name, version) =>
      json(`-/npm/v1/attestations/${name.replace('/', '%2f')}@${version}`, true),
    tarball: async (place) => (await request(place, MAX_TARBALL))!,
  };
}

async function readBody(response: Response, most: number, url: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > most) throw registryError(url, `responds with more than ${most} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'));

/** Returns the registry that npm uses in a folder. It may contain a password. */
export function findRegistry(root: string, env: NodeJS.ProcessEnv): string {
  const own = env['npm_config_registry'] ?? env['NPM_CONFIG_REGISTRY'];
  if (own) return own;
  try {
    // npm knows the order of its files, their variables and its default.
    return execFileSync('npm', ['config', 'get', 'registry', '--no-workspaces'], {
      cwd: root,
      env,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: TIMEOUT,
    }).trim();
  } catch (error) {
    throw registryError('npm', 'does not print its registry', error);
  }
}
