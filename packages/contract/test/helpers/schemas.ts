import type { Schema } from '../../src/index.ts';

export const text: Schema = { type: 'string' };
export const number: Schema = { type: 'number' };
export const nothing: Schema = { type: 'null' };
export const either = (...anyOf: Schema[]): Schema => ({ anyOf });
export const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
  rest: Partial<Schema> = {},
): Schema => ({
  type: 'object',
  properties,
  required,
  ...rest,
});
export const closed = { additionalProperties: false };
export const card: Schema = object({ type: { const: 'card' }, number: text });
export const bank: Schema = object({ type: { const: 'bank' }, iban: text });
