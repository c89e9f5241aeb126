import {
  type Proxy,
  startProxy,
  rejectRequest,
} from '../../../packages/deployers/core/test/helpers/docker-registry.ts';
import type { Tokens } from './tokens.ts';

export interface GoogleRegistry extends Proxy {
  /** Whether a repository exists, by `PROJECT/REPOSITORY`. */
  has: (repository: string) => boolean;
}

/**
 * Starts a proxy that makes a registry behave as Artifact Registry: access tokens as passwords
 * of all requests, and repositories that must exist.
 */
export async function startGoogleRegistry(
  target: string,
  tokens: () => Tokens,
): Promise<GoogleRegistry> {
  const proxy = await startProxy(target, ({ path, headers }, response) => {
    const [, encoded = ''] = /^Basic (.+)$/.exec(headers.authorization ?? '') ?? [];
    const [user, password] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
    if (user !== 'oauth2accesstoken' || !tokens().isValid(`Bearer ${password}`)) {
      response.setHeader('www-authenticate', 'Basic realm="registry"');
      return rejectRequest(response, 401, 'UNAUTHORIZED', 'authentication failed');
    }
    const [, repository = ''] =
      /^\/v2\/([^/]+\/[^/]+)\/.+?\/(?:blobs|manifests|referrers|tags)\//.exec(path) ?? [];
    if (repository !== '' && !registry.has(repository))
      return rejectRequest(response, 404, 'NAME_UNKNOWN', `Repository "${repository}" not found`);
    return undefined;
  });
  const registry: GoogleRegistry = { ...proxy, has: () => false };
  return registry;
}
