import { type Defs, GatiError } from '@gati/contract';
import { getOrCreate } from '../../collections/get-or-create.ts';
import type { InputCheck } from '../../types/bundle.ts';
import { compileDecode, type Decode } from '../../validate/decode.ts';
import { stringifyWire } from '../../validate/encode.ts';
import { explain } from '../../validate/explain.ts';

/**
 * Returns the JSON text of a payload for the queue.
 *
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the value does not match the effect
 */
export function toPayloadText(
  effect: string,
  payload: unknown,
  input: InputCheck | undefined,
  $defs: Defs,
): string {
  const text = payload === undefined ? 'null' : stringifyWire(payload);
  if (input) verify(effect, JSON.parse(text), input, $defs);
  return text;
}

/**
 * Returns the payload that `run` gets. Checks it again, since the effect may have changed since the
 * job was enqueued.
 *
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the value does not match the effect
 */
export function toPayload(
  effect: string,
  value: unknown,
  input: InputCheck | undefined,
  $defs: Defs,
): unknown {
  if (!input) return value;
  verify(effect, value, input, $defs);
  return decoderOf(input, $defs)?.(value) ?? value;
}

function verify(effect: string, value: unknown, input: InputCheck, $defs: Defs): void {
  if (input.check(value)) return;
  const violations = explain(input.schema, $defs, value, 'body').map(
    ({ path, message }) => `${path || 'the payload'} ${message}`,
  );
  throw new GatiError({
    code: 'GATI_EFFECT_PAYLOAD',
    message: `The payload does not match the effect "${effect}": ${violations.join('; ')}`,
    fix: 'Pass a payload of the type that its run() takes, or widen that type.',
  });
}

const decoders = new WeakMap<InputCheck, { decode: Decode | undefined }>();

function decoderOf(input: InputCheck, $defs: Defs): Decode | undefined {
  return getOrCreate(decoders, input, () => ({ decode: compileDecode(input.schema, $defs) }))
    .decode;
}
