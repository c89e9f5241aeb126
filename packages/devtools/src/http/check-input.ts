import type { Schema } from '@gati/contract';
import { explain } from '@gati/runtime-h3/browser';
import { PanelError } from './problem.ts';

/**
 * Checks a parsed body against a schema.
 *
 * @throws {PanelError} 400 that names the first violation
 */
export function checkInput<Value>(schema: Schema, value: unknown): Value {
  const [violation] = explain(schema, {}, value, 'body');
  if (violation)
    throw new PanelError(
      400,
      'invalid_input',
      `${violation.path || 'The input'} ${violation.message}.`,
    );
  return value as Value;
}

/** Creates the schema of an object with these properties and no others. */
export function closedObject(
  properties: Record<string, Schema>,
  optional: readonly string[] = [],
): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, required, additionalProperties: false };
}
