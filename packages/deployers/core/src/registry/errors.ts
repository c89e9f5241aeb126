import { GatiError } from '@gati/contract';
import { escapeControls, redactUrls } from '@gati/contract/internal';
import { type HttpResponse, readText } from '../http/request.ts';

/** Maximum length of a registry's own error in a message. */
const SHOWN = 400;
const ERROR_LIMIT = 65_536;

/** Shorter secrets are not searched for: they occur in other words. */
const SECRET_LENGTH = 4;

/**
 * Returns the error for an unexpected response of a registry.
 *
 * @param secrets hidden in the message: a proxy may repeat the headers of the request
 */
export async function responseError(
  what: string,
  host: string,
  response: HttpResponse,
  secrets: readonly string[] = [],
): Promise<GatiError> {
  const { status } = response;
  const text = await readText(response, ERROR_LIMIT).catch(() => '');
  return new GatiError({
    code: 'GATI_DEPLOY_REGISTRY',
    message: `${what}: ${host} responded ${status}${describe(text, secrets)}.`,
    fix: fixFor(status, host),
  });
}

/** Returns the error of a registry that can't be reached. */
export function connectionError(host: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_DEPLOY_REGISTRY',
      message: `The registry ${host} can't be reached: ${(cause as Error).message}.`,
      fix: 'Check the hosts of `image.repository` and `image.base`, and that this machine reaches them. A base in a folder needs no registry: `image.base: oci:FOLDER`. A registry whose certificate is not public needs NODE_EXTRA_CA_CERTS.',
    },
    { cause },
  );
}

function fixFor(status: number, host: string): string {
  if (status === 401 || status === 403)
    return `Log in with an account that may push: \`docker login ${host}\`, or set DOCKER_CONFIG to a folder whose config.json has its credentials.`;
  if (status === 404)
    return 'Create the repository in the registry, or correct `image.repository` or `image.base`.';
  if (status === 429) return 'Wait until the registry allows more requests, then run it again.';
  return 'Run the command again. It continues with the parts that are missing.';
}

/** The registry's own message, if it sent one: `{ errors: [{ code, message }] }`. */
function describe(text: string, secrets: readonly string[]): string {
  let found = text.trim();
  try {
    const { errors } = JSON.parse(text) as { errors?: { code?: string; message?: string }[] };
    if (Array.isArray(errors))
      found = errors
        .map(({ code, message }) => [code, message].filter(Boolean).join(' '))
        .join('; ');
  } catch {
    // A proxy in front may answer with a page.
    if (found.startsWith('<')) found = '';
  }
  for (const secret of secrets)
    if (secret.length >= SECRET_LENGTH) found = found.replaceAll(secret, '[redacted]');
  return found === '' ? '' : ` (${escapeControls(redactUrls(found).slice(0, SHOWN))})`;
}
