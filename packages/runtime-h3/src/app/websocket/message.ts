import type { Defs } from '@gati/contract';
import { explain, type InputError } from '../../validate/explain.ts';
import { runSchema, type SchemaResult } from '../../validate/standard-schema.ts';
import { JsonError, parseJson } from '../../validate/json.ts';
import type { InputPlan } from '../route/route-plan.ts';

const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;
const UNSUPPORTED_DATA = 1003;
/** A control frame has at most 125 bytes, two of which are the code (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

/**
 * Error that closes the socket: 1003 for bytes where text is declared, 1007 for text that is not
 * JSON, 1008 for a message that violates the contract, with the field in the reason.
 */
export class MessageError extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
    this.reason = new TextDecoder()
      .decode(new TextEncoder().encode(reason).slice(0, MAX_REASON_BYTES))
      .replace(/\uFFFD{1,3}$/, '');
  }
}

/**
 * Parses and checks a message. Text is JSON; if the route declares no messages, other text stays as
 * it is. Bytes stay as they are.
 *
 * @throws {MessageError} when the message does not match
 */
export function readMessage(
  plan: InputPlan | undefined,
  raw: string | Uint8Array,
  $defs: Defs,
  depth: number,
): unknown {
  if (typeof raw !== 'string') {
    if (
      plan !== undefined &&
      Object.keys(plan.input.schema).length > 0 &&
      plan.input.schema['x-gati-codec'] !== 'bytes'
    ) {
      throw new MessageError(UNSUPPORTED_DATA, 'messages of this route are JSON text');
    }
    return raw;
  }
  let value: unknown;
  try {
    value = parseJson(raw, depth);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    if (error.details.reason !== 'syntax')
      throw new MessageError(
        POLICY_VIOLATION,
        error.details.reason === 'depth' ? 'nested too deep' : 'a key is not allowed',
      );
    if (plan !== undefined)
      throw new MessageError(INVALID_PAYLOAD, `not JSON at offset ${error.details.offset}`);
    return raw;
  }
  if (plan === undefined) return value;
  const { input, decode, validator } = plan;
  if (validator !== undefined) {
    if (input.check(value)) return value;
    const result = runSchema(validator, decode === undefined ? value : decode(value), 'body');
    return result instanceof Promise ? result.then(valueOrClose) : valueOrClose(result);
  }
  if (input.check(value)) {
    try {
      return decode === undefined ? value : decode(value);
    } catch {
      // The check accepts a string that its codec can't read. The explanation names it.
    }
  }
  throw invalidMessageError(explain(input.schema, $defs, value, 'body'));
}

function valueOrClose(result: SchemaResult): unknown {
  if (result.errors === undefined) return result.value;
  throw invalidMessageError(result.errors);
}

function invalidMessageError([first]: InputError[]): MessageError {
  return new MessageError(
    POLICY_VIOLATION,
    first === undefined
      ? 'does not match its schema'
      : `${first.path || 'message'} ${first.message}`,
  );
}
