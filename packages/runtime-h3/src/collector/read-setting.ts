import { redactUrls } from '@gati/contract/internal';
import { badEnvError, type Env } from '../config/read-env.ts';

/**
 * Reads the URL of a server. An empty value counts as absent.
 *
 * @throws {GatiError} GATI_BAD_ENV when the value is not a URL of HTTP
 */
export function readUrl(env: Env, name: string): string | undefined {
  const text = env[name];
  if (!text) return undefined;
  const { protocol } = URL.canParse(text) ? new URL(text) : { protocol: '' };
  if (protocol !== 'http:' && protocol !== 'https:')
    throw badEnvError(name, redactUrls(text), 'a URL that starts with http:// or https://');
  return text;
}

/**
 * Reads `name=value,name=value`, with values in percent-encoding (W3C Baggage).
 *
 * @throws {GatiError} GATI_BAD_ENV when the value has another form
 */
export function readPairs(env: Env, name: string): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (const part of (env[name] ?? '').split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    if (part.trim() === '') continue;
    const value = decode(part.slice(at + 1).trim());
    // Headers may contain credentials, so the error does not repeat them.
    if (at < 1 || key === '' || value === undefined)
      throw badEnvError(name, '…', 'pairs such as name=value,name=value, in percent-encoding');
    pairs[key] = value;
  }
  return pairs;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
