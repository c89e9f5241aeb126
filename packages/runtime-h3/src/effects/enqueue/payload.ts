import { type Defs, GatiError } from '@gati/contract';
import { getOrCreate } from '../../collections/get-or-create.ts';
import type { InputCheck } from '../../types/bundle.ts';
import { compileDecode, compileLenientDecode, type Decode } from '../../validate/decode.ts';
import { stringifyWire } from '../../validate/encode.ts';
import { explain, type InputError } from '../../validate/explain.ts';
import { runSchema } from '../../validate/standard-schema.ts';

/**
 * Resolves to the JSON text of a payload for the queue. A schema value validates the payload but does
 * not change it: `run` gets its output.
 *
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the value does not match the effect
 */
export async function toPayloadText(
  effect: string,
  payload: unknown,
  input: InputCheck | undefined,
  $defs: Defs,
): Promise<string> {
  const text = payload === undefined ? 'null' : stringifyWire(payload);
  if (input) {
    const value: unknown = JSON.parse(text);
    if (input.validator !== undefined) await validate(effect, value, input, $defs);
    else verify(effect, value, input, $defs);
  }
  return text;
}

/**
 * Resolves to the payload that `run` gets. Checks it again, since the effect may have changed since
 * the job was enqueued.
 *
 * @throws {GatiError} GATI_EFFECT_PAYLOAD when the value does not match the effect
 */
export async function toPayload(
  effect: string,
  value: unknown,
  input: InputCheck | undefined,
  $defs: Defs,
): Promise<unknown> {
  if (!input) return value;
  if (input.validator !== undefined) return validate(effect, value, input, $defs);
  verify(effect, value, input, $defs);
  return decoderOf(input, $defs)?.(value) ?? value;
}

function verify(effect: string, value: unknown, input: InputCheck, $defs: Defs): void {
  if (!input.check(value)) throw payloadError(effect, explain(input.schema, $defs, value, 'body'));
}

/** Returns the value that the schema value of an effect returns for a payload. */
async function validate(
  effect: string,
  value: unknown,
  input: InputCheck,
  $defs: Defs,
): Promise<unknown> {
  if (input.check(value)) return value;
  const decoded = decoderOf(input, $defs)?.(value) ?? value;
  const result = await runSchema(input.validator!, decoded, 'body');
  if (result.errors !== undefined) throw payloadError(effect, result.errors);
  return result.value;
}

function payloadError(effect: string, errors: InputError[]): GatiError {
  const violations = errors.map(({ path, message }) => `${path || 'the payload'} ${message}`);
  return new GatiError({
    code: 'GATI_EFFECT_PAYLOAD',
    message: `The payload does not match the effect "${effect}": ${violations.join('; ')}`,
    fix: "Pass a payload that matches the effect's schema or the type that its run() takes.",
  });
}

const decoders = new WeakMap<InputCheck, { decode: Decode | undefined }>();

function decoderOf(input: InputCheck, $defs: Defs): Decode | undefined {
  const compile = input.validator === undefined ? compileDecode : compileLenientDecode;
  return getOrCreate(decoders, input, () => ({ decode: compile(input.schema, $defs) })).decode;
}
