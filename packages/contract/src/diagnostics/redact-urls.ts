/** Schemes whose user name and password may contain any character, since people paste them. */
const DATABASE = /^(?:postgres(?:ql)?|rediss?|mysql|mariadb|mongodb(?:\+srv)?|amqps?)$/i;
/** Parameters of URLs and of connection strings that grant access. */
const PARAMETER =
  /(^|[?&;\s"'])((?:pass(?:word|wd)?|pwd|secret|token|sig(?:nature)?|(?:account|access|api|sharedaccess)[-_]?key|sharedaccesssignature|x-amz-(?:signature|credential|security-token))=)[^&;\s"']+/gi;
/** Ends a URL in text. */
const SEPARATOR = /([\s"'`<>]+)/;
const HIDDEN = '***';

/**
 * Replaces the passwords of all URLs and connection strings in text with `***`. Errors of
 * databases, queues and stores may contain the address that they were given.
 *
 * @example
 * redactUrls('connect to redis://app:hunter2@cache:6379/0'); // 'connect to redis://app:***@cache:6379/0'
 */
export function redactUrls(text: string): string {
  const withoutParameters = text.includes('=')
    ? text.replace(PARAMETER, (_all, before: string, name: string) => before + name + HIDDEN)
    : text;
  if (!withoutParameters.includes('://') || !withoutParameters.includes('@'))
    return withoutParameters;
  return withoutParameters.split(SEPARATOR).map(redactUrl).join('');
}

/** Hides the password of one URL, if the word is a URL. */
function redactUrl(word: string): string {
  const colon = word.indexOf('://');
  if (colon === -1) return word;
  const start = colon + 3;
  const scheme = /\w[\w+]*$/.exec(word.slice(Math.max(0, colon - 20), colon))?.[0] ?? '';
  const path = word.slice(start).search(/[/?#]/);
  const end = path === -1 || DATABASE.test(scheme) ? word.length : start + path;
  const at = word.lastIndexOf('@', end - 1);
  if (at < start) return word;
  const user = word.slice(start, at);
  const password = user.indexOf(':');
  // Error texts use `:password` as a placeholder, which need not be hidden.
  if (user.endsWith(':password')) return word;
  const shown = password === -1 ? '' : user.slice(0, password + 1);
  return word.slice(0, start) + shown + HIDDEN + word.slice(at);
}
