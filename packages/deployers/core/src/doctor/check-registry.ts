import { discard } from '../http/request.ts';
import { Registry, type RegistryOptions } from '../registry/client.ts';
import { parseReference } from '../registry/reference.ts';
import { type Check, failed, ok } from './check.ts';

/** Begins an upload to the repository of the image, and cancels it. */
export async function checkRegistry(
  repository: string | undefined,
  options: RegistryOptions = {},
): Promise<Check> {
  const name = 'registry';
  if (repository === undefined)
    return failed(
      name,
      '`image.repository` is missing in gati.deploy.yaml',
      'Name where the image is pushed: HOST/REPOSITORY.',
    );
  const { host, repository: path } = parseReference(repository);
  const registry = new Registry(host, { tries: 2, ...options });
  const common = { repository: path, action: 'pull,push' as const };
  const response = await registry.request({
    ...common,
    method: 'POST',
    path: `${path}/blobs/uploads/`,
    headers: { 'content-length': '0' },
  });
  if (response.status !== 202) await registry.fail(`push to ${path}`, response);
  discard(response);
  const { location } = response.headers;
  if (typeof location === 'string')
    discard(
      await registry.request({ ...common, method: 'DELETE', path: registry.resolve(location) }),
    );
  return ok(name, `${host} accepts a push to ${path}`);
}
