import { GatiError } from '@gati/contract';
import { escapeControls } from '@gati/contract/internal';

const SHOWN = 600;

const EXPIRED = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
]);
const MISSING_CREDENTIALS = new Set(['CredentialsProviderError', 'TokenProviderError']);
const WRONG_CREDENTIALS = new Set([
  'InvalidClientTokenId',
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'InvalidAccessKeyId',
]);
const LOG_IN =
  'Log in again (`aws sso login`, or new AWS_* variables), then run the same command, which continues.';

/** The error of the SDK behind a thrown value. */
function nameOf(error: unknown): string {
  const { cause, name = '' } = (error ?? {}) as { cause?: { name?: string }; name?: string };
  return error instanceof GatiError ? (cause?.name ?? '') : name;
}

/** Whether a resource that is created exists. */
export function isExisting(error: unknown): boolean {
  const name = nameOf(error);
  // The host belongs to a distribution, or the name to a bucket, of another account.
  if (name === 'CNAMEAlreadyExists' || name === 'BucketAlreadyExists') return false;
  return /AlreadyExists|AlreadyOwnedByYou|^ResourceInUseException$|^ResourceExistsException$|^QueueNameExists$/.test(
    name,
  );
}

/** Whether a resource that is read does not exist. */
export function isMissing(error: unknown): boolean {
  return /NotFound|NoSuch|DoesNotExist|NonExistent/.test(nameOf(error));
}

/** Converts an error of the SDK to one that names the operation and a fix. */
export function toCloudError(error: unknown, operation: string): GatiError {
  const { name = 'Error', message = String(error) } = (error ?? {}) as Partial<Error>;
  const said = escapeControls(message.slice(0, SHOWN)).replace(/\.$/, '');
  const expired = EXPIRED.has(name) || /token.*expired|expired.*token/i.test(message);
  const what = expired
    ? `The credentials for AWS have expired (${said})`
    : MISSING_CREDENTIALS.has(name)
      ? `There are no credentials for AWS (${said})`
      : WRONG_CREDENTIALS.has(name)
        ? `AWS rejects the credentials (${said})`
        : `AWS rejects ${operation}: ${name} (${said})`;
  return new GatiError(
    { code: 'GATI_DEPLOY_CLOUD', message: `${what}.`, fix: fixFor(name, expired, operation) },
    { cause: error },
  );
}

function fixFor(name: string, expired: boolean, operation: string): string {
  if (expired || MISSING_CREDENTIALS.has(name) || WRONG_CREDENTIALS.has(name)) return LOG_IN;
  if (/^(?:AccessDenied|UnauthorizedOperation|NotAuthorized)/.test(name))
    return `Grant this account the action of ${operation}. \`gati-deploy policy\` prints all that a deploy needs.`;
  if (/Limit|Quota/.test(name))
    return 'Ask AWS for a higher quota (Service Quotas), or remove unused resources.';
  if (/Throttl|TooManyRequests|^SlowDown$/.test(name))
    return 'Wait a minute, then run the same command, which continues.';
  return 'Correct what the message names, then run the same command, which continues.';
}
