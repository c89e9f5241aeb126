import { isSecretName } from '../log/secret-name.ts';

const HIDDEN = 'REDACTED';
/** Maximum number of characters of a URL. */
const LENGTH = 2000;
/** Names of query parameters with credentials or signatures, besides secret-looking ones. */
const SECRET =
  /^(?:sig|signature|auth|code|key|pwd|awsaccesskeyid|googleaccessid|x-(?:amz|goog)-(?:signature|credential|security-token)|.*[-_]?(?:key|assertion|jwt|hmac|nonce))$/i;

/**
 * Hides credentials and signatures in a URL: user and password, and values of query parameters whose
 * names look secret. Removes the fragment.
 *
 * @example
 * redactUrl('https://bucket.s3.amazonaws.com/a?X-Amz-Signature=0f3c'); // '…/a?X-Amz-Signature=REDACTED'
 */
export function redactUrl(text: string): string {
  const [withoutFragment = ''] = text.split('#', 1);
  const at = withoutFragment.indexOf('?');
  const base = at === -1 ? withoutFragment : withoutFragment.slice(0, at);
  const [, scheme = '', host = '', path = ''] = /^([a-z][\w+.-]*:\/\/)?([^/]*)([^]*)$/i.exec(base)!;
  const user = host.lastIndexOf('@');
  const authority = user === -1 ? host : `${HIDDEN}@${host.slice(user + 1)}`;
  const query =
    at === -1
      ? ''
      : `?${withoutFragment
          .slice(at + 1)
          .split('&')
          .map(redactParameter)
          .join('&')}`;
  return (scheme + authority + path + query).slice(0, LENGTH);
}

function redactParameter(parameter: string): string {
  const at = parameter.indexOf('=');
  if (at === -1) return parameter;
  const name = parameter.slice(0, at);
  const decoded = decode(name);
  return SECRET.test(decoded) || isSecretName(decoded) ? `${name}=${HIDDEN}` : parameter;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
