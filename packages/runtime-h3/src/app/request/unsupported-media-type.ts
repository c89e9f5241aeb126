import type { BodyPlan } from '../route/route-plan.ts';
import { type BodyKind, bodyKindOf, unsupportedCharset } from '../route/body-kind.ts';
import type { Call } from './call.ts';
import { RequestError } from './request-error.ts';

/**
 * Returns the kind of the body from its headers, before a byte is read. `undefined`: the route
 * declares no body, and the client sends bytes that are not JSON.
 *
 * @throws {RequestError} 415 when the route does not accept the body
 */
export function acceptedKind(call: Call, plan: BodyPlan | undefined): BodyKind | undefined {
  const { exchange } = call;
  const encoding = exchange.header('content-encoding');
  if (encoding !== undefined && encoding !== 'identity') {
    throw new RequestError(
      415,
      'unsupported_content_encoding',
      { detail: 'The body must not be encoded.' },
      ['accept-encoding', 'identity'],
    );
  }
  const type = exchange.header('content-type');
  const kind = type === undefined ? undefined : bodyKindOf(type);
  if (plan === undefined) return kind === 'json' ? 'json' : undefined;
  if (kind === undefined || !plan.kinds.has(kind)) {
    const accepted = plan.input.contentTypes.join(', ');
    const charset = type === undefined ? undefined : unsupportedCharset(type);
    // The name of a charset is repeated only if it could be one (RFC 2978, section 2.3).
    const named =
      charset !== undefined && /^[\w!#$%&'+^`{}~.:-]{1,40}$/.test(charset)
        ? `, not ${charset}`
        : '';
    const detail =
      charset === undefined
        ? `The body must be ${accepted}.`
        : `The charset must be utf-8${named}.`;
    throw new RequestError(415, 'unsupported_media_type', { detail }, ['accept', accepted]);
  }
  return kind;
}
