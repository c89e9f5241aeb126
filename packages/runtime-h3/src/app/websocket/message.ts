import type { Defs } from '@gati/contract';
import { explain } from '../../validate/explain.ts';
import { JsonError, parseJson } from '../../validate/json.ts';
import type { InputPlan } from '../route/route-plan.ts';

const INVALID_PAYLOAD = 1007;
const POLICY_VIOLATION = 1008;
const UNSUPPORTED_DATA = 1003;
/** A control frame has 125 bytes, two of which are the code (RFC 6455, section 5.5). */
const MAX_REASON_BYTES = 123;

/** Closes the socket: 1007 for what is no JSON, 1003 for bytes where text is declared, 1008 for what breaks the contract, with the field in the reason. */
export class MessageError extends Error {
  readonly code: number;
  readonly reason: string;
  constructor(code: number, reason: string) {
    super(reason);
    this.code = code;
    this.reason = new TextDecoder()
      .decode(new TextEncoder().encode(reason).slice(0, MAX_REASON_BYTES))
      .replace(/\uFFFD+$/, '');
  }
}

/** Text is JSON; where nothing is declared, text that is no JSON stays text. Bytes are given as they are. */
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
  const { input, decode } = plan;
  if (input.check(value)) {
    try {
      return decode === undefined ? value : decode(value);
    } catch {
      // The check lets a string pass that its codec can't read; the explanation names it.
    }
  }
  const [first] = explain(input.schema, $defs, value, 'body');
  throw new MessageError(
    POLICY_VIOLATION,
    first === undefined ? 'does not fit its schema' : `${first.path || 'message'} ${first.message}`,
  );
}
