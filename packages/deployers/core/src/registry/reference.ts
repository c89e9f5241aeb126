import { GatiError } from '@gati/contract';

/** An image in a registry. */
export interface Reference {
  /** Host with its port, as people write it: `docker.io`. */
  host: string;
  repository: string;
  tag?: string;
  /** `sha256:…` */
  digest?: string;
}

const REPOSITORY =
  /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const HOST = /^[a-z0-9.-]+(?::\d{1,5})?$|^\[[0-9a-f:]+\](?::\d{1,5})?$/i;
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Parses `host/repository:tag@digest`. Without a host, the image is on Docker Hub.
 *
 * @throws {GatiError} GATI_DEPLOY_REGISTRY when the text is not a reference
 * @see https://github.com/distribution/reference
 */
export function parseReference(text: string): Reference {
  const [path = '', digest, ...more] = text.slice(0, 1024).split('@');
  const [first = '', ...rest] = path.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const host = hasHost ? first : 'docker.io';
  const [, name = '', tag] = /^([^:]*)(?::(.*))?$/.exec(hasHost ? rest.join('/') : path) ?? [];
  const repository = host === 'docker.io' && !name.includes('/') ? `library/${name}` : name;
  const isValid =
    more.length === 0 &&
    HOST.test(host) &&
    repository.length < 256 &&
    REPOSITORY.test(repository) &&
    (tag === undefined || TAG.test(tag)) &&
    (digest === undefined || DIGEST.test(digest));
  if (!isValid)
    throw new GatiError({
      code: 'GATI_DEPLOY_REGISTRY',
      message: `\`${text.slice(0, 200)}\` is not the name of an image.`,
      fix: 'Write HOST/REPOSITORY, with :TAG or @sha256:DIGEST, in lower case: `registry.example.com/team/shop`.',
    });
  return { host, repository, ...(tag && { tag }), ...(digest && { digest }) };
}

export function printReference({ host, repository, tag, digest }: Reference): string {
  return `${host}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`;
}

/** Whether a host is this machine. Its registries need no TLS. */
export function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/.test(host);
}
