import {
  type Passing,
  type Proxy,
  startProxy,
  rejectRequest,
} from '../../../packages/deployers/core/test/helpers/docker-registry.ts';

/** The password that moto gives for its account. */
const AUTHORIZATION = `Basic ${Buffer.from('AWS:123456789012-auth-token').toString('base64')}`;

export interface Ecr extends Proxy {
  /** Number of manifests that were pushed by tag. */
  tags(): number;
}

/**
 * Starts a proxy that makes a registry behave as ECR: basic authentication for all requests,
 * repositories that must exist, tags that never move, no mounts between repositories.
 *
 * @param repositories names of the repositories that exist
 */
export async function startEcr(target: string, repositories: Set<string>): Promise<Ecr> {
  const digests = new Map<string, string>();
  const proxy = await startProxy(target, (request, response) => {
    const { method, path, headers } = request;
    if (headers.authorization !== AUTHORIZATION) {
      response.setHeader('www-authenticate', 'Basic realm="ecr",service="ecr.amazonaws.com"');
      return rejectRequest(response, 401, 'UNAUTHORIZED', 'Not Authorized');
    }
    const [, repository = '', reference = ''] =
      /^\/v2\/(.+?)\/(?:blobs|manifests|referrers|tags)\/([^?]*)/.exec(path) ?? [];
    if (repository !== '' && !repositories.has(repository))
      return rejectRequest(
        response,
        404,
        'NAME_UNKNOWN',
        `The repository with name '${repository}' does not exist in the registry`,
      );
    if (method !== 'PUT' || !path.includes('/manifests/')) return passWithoutMount(request, path);
    return reference.startsWith('sha256:') || !digests.has(`${repository}:${reference}`)
      ? void digests.set(`${repository}:${reference}`, reference)
      : rejectRequest(
          response,
          400,
          'TAG_INVALID',
          `The image tag '${reference}' already exists in the '${repository}' repository and cannot be overwritten because the repository is immutable.`,
        );
  });
  return {
    ...proxy,
    tags: () => [...digests.keys()].filter((each) => !each.includes(':sha256:')).length,
  };
}

/** Without the setting BLOB_MOUNTING of the account, ECR starts an upload instead. */
function passWithoutMount(request: Passing, path: string): undefined {
  if (path.includes('?mount=')) request.path = path.replace(/\?.*$/, '');
  return undefined;
}
