import type { StandardIssue, StandardResult, StandardSchema } from '../types/standard-schema.ts';
import { type InputError, MAX_ERRORS } from './explain.ts';
import { appendKey } from './pointer.ts';

/** Outcome of a schema value for one part of a request. */
export type SchemaResult = { value: unknown; errors?: undefined } | { errors: InputError[] };

/** Whether a value is a Standard Schema. The schemas of ArkType are functions. */
export function isStandardSchema(value: unknown): value is StandardSchema {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const props = (value as Partial<StandardSchema>)['~standard'];
  return typeof props?.validate === 'function';
}

/**
 * Runs `validate` of a schema value. Its issues become errors with JSON Pointers (RFC 6901) and the
 * author's messages. Returns a promise only for a schema that validates asynchronously.
 */
export function runSchema(
  schema: StandardSchema,
  value: unknown,
  part: InputError['in'],
): SchemaResult | Promise<SchemaResult> {
  const result = schema['~standard'].validate(value);
  return isPromiseLike(result)
    ? Promise.resolve(result).then((settled) => toSchemaResult(settled, part))
    : toSchemaResult(result, part);
}

function toSchemaResult(result: StandardResult, part: InputError['in']): SchemaResult {
  if (result.issues === undefined) return { value: result.value };
  return { errors: result.issues.slice(0, MAX_ERRORS).map((issue) => toInputError(issue, part)) };
}

function toInputError({ path = [], message }: StandardIssue, part: InputError['in']): InputError {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const pointer = keys.reduce<string>((above, key) => appendKey(above, String(key)), '');
  return { in: part, path: pointer, message, rule: 'schema' };
}

function isPromiseLike(
  value: StandardResult | PromiseLike<StandardResult>,
): value is PromiseLike<StandardResult> {
  return typeof (value as { then?: unknown }).then === 'function';
}
