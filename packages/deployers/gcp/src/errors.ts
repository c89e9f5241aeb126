import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { escapeControls } from '@gati/contract/internal';

const SHOWN = 600;
const LOG_IN =
  'Log in again (`gcloud auth application-default login`, or new credentials in GOOGLE_APPLICATION_CREDENTIALS), then run the same command, which continues.';

/** Facts about a rejected request. */
interface Rejection {
  /** Status of HTTP; 0 without a response. */
  code: number;
  /** `ALREADY_EXISTS`, or the error of the token service, such as `invalid_grant`. */
  status: string;
  message: string;
}

function readRejection(error: unknown): Rejection {
  const { message = String(error), response } = (error ?? {}) as {
    message?: string;
    response?: { status?: number; data?: unknown };
  };
  const code = response?.status ?? 0;
  const body = isObject(response?.data) ? response.data['error'] : undefined;
  if (isObject(body)) {
    const { status, message: said } = body;
    return {
      code,
      status: typeof status === 'string' ? status : '',
      message: typeof said === 'string' ? said : message,
    };
  }
  const text = typeof body === 'string' ? body : message;
  const [status = ''] = /\binvalid_(?:grant|client|rapt|request)\b/.exec(text) ?? [];
  return { code, status, message };
}

/** Returns the rejection that caused an error of `toCloudError`. */
const rejectionOf = (error: unknown): Rejection | undefined =>
  error instanceof GatiError && error.cause !== undefined ? readRejection(error.cause) : undefined;

/** Whether a creation failed because the resource already exists. */
export const isExisting = (error: unknown): boolean => rejectionOf(error)?.code === 409;

/** Whether a read failed because the resource does not exist. */
export const isMissing = (error: unknown): boolean => rejectionOf(error)?.code === 404;

/** Whether a write failed because the policy has changed since it was read. */
export const isOutdated = (error: unknown): boolean => rejectionOf(error)?.status === 'ABORTED';

/** Converts an error of a request to one that names the method and a fix. */
export function toCloudError(error: unknown, method: string): GatiError {
  if (error instanceof GatiError) return error;
  const rejection = readRejection(error);
  const said = escapeControls(rejection.message.slice(0, SHOWN)).replace(/\.\s*$/, '');
  return new GatiError(
    {
      code: 'GATI_DEPLOY_CLOUD',
      message: `${describe(rejection, method)} (${said}).`,
      fix: fixFor(rejection, method),
    },
    { cause: error },
  );
}

const isExpired = ({ code, status }: Rejection): boolean =>
  code === 401 || status.startsWith('invalid_');

function describe(rejection: Rejection, method: string): string {
  if (isExpired(rejection)) return 'The credentials for Google Cloud have expired or are not valid';
  if (rejection.code === 0) return `Google Cloud does not respond to ${method}`;
  return `Google Cloud rejects ${method}: ${rejection.status || rejection.code}`;
}

function fixFor(rejection: Rejection, method: string): string {
  if (isExpired(rejection)) return LOG_IN;
  const { code, message } = rejection;
  if (code === 403 && !/disabled|not been used/.test(message))
    return `Grant this account the permission of ${method}. \`gati-deploy policy\` prints all that a deploy needs.`;
  if (/quota/i.test(message))
    return 'Ask Google for a higher quota (IAM & Admin, Quotas), or remove unused resources.';
  if (code === 429) return 'Wait a minute, then run the same command, which continues.';
  return 'Correct what the message names, then run the same command, which continues.';
}
