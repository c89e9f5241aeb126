import type { SecurityScheme } from '@gati/contract';
import type { HeaderList } from '../../types/exchange.ts';
import type { Call } from '../request/call.ts';

/**
 * Adds `WWW-Authenticate` to a 401 (RFC 9110, section 11.6.1): a challenge for each scheme of the
 * route's `security` that has a name in HTTP. If the client sent a token, the challenge contains
 * the error `invalid_token` (RFC 6750, section 3).
 */
export function pushChallenges(call: Call, headers: HeaderList): void {
  const { bundle } = call.release;
  const { security } = bundle.contract.routes.find(({ id }) => id === call.route) ?? {};
  const given = call.exchange.header('authorization') ?? '';
  const challenges = security?.flat().map((scheme) => challengeOf(scheme, given)) ?? [];
  for (const challenge of new Set(challenges))
    if (challenge !== undefined) headers.push('www-authenticate', challenge);
}

function challengeOf(scheme: SecurityScheme, given: string): string | undefined {
  if (scheme.type === 'apiKey') return undefined;
  const realm = `realm="${(scheme.realm ?? 'api').replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
  if (scheme.type === 'basic') return `Basic ${realm}, charset="UTF-8"`;
  return /^bearer /i.test(given) ? `Bearer ${realm}, error="invalid_token"` : `Bearer ${realm}`;
}
