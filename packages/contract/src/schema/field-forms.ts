import { lookUpIn } from './alternatives.ts';
import { fieldsOf, undeclaredField } from './fields.ts';
import type { Defs, Schema } from './ir.ts';
import { textFormOf, type TextPlace } from './text-form.ts';

/**
 * Forms of fields, by field name, where the value alone does not determine the form. `json`: the
 * field is sent as the JSON of its value. `absent`: `null` is not sent. `*` is the form of all
 * undeclared names.
 */
export type FieldForms = Record<string, 'json' | 'absent'>;

/** Returns the forms of the fields in one part of a request; `undefined` if there are none. */
export function fieldForms(
  schema: Schema | undefined,
  defs: Defs,
  place: TextPlace,
): FieldForms | undefined {
  if (schema === undefined) return undefined;
  const forms: FieldForms = {};
  const add = (name: string, field: Schema): void => {
    const { kind, isNullAbsent } = textFormOf(field, place, lookUpIn(defs));
    if (kind === 'json') forms[name] = 'json';
    else if (isNullAbsent) forms[name] = 'absent';
  };
  for (const [name, field] of fieldsOf(schema, defs)) add(name, field.schema);
  const rest = undeclaredField(schema, defs);
  if (rest !== undefined) add('*', rest);
  return Object.keys(forms).length === 0 ? undefined : forms;
}
