import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import type { Defs, Schema } from '@gati/contract';
import { fieldKind } from '../playground/field-kind.ts';
import { schemasAt } from '../playground/schemas-at.ts';
import { placeAt } from './json-place.ts';

/** Schema of the text that is edited. */
export interface CodeSchema {
  schema: Schema;
  $defs: Defs;
}

/** Proposes the names and the values that the schema allows at the cursor. */
export function completeJson(
  { state, pos, explicit }: CompletionContext,
  known: CodeSchema | undefined,
): CompletionResult | null {
  const line = state.doc.lineAt(pos);
  const [typed = ''] = /"?[\w$.-]*$/.exec(state.sliceDoc(line.from, pos)) ?? [];
  if (!known || (typed === '' && !explicit)) return null;
  const { path, isName, taken } = placeAt(state, pos);
  const schemas = schemasAt(known.schema, known.$defs, path);
  const options = schemas.flatMap((schema) =>
    isName ? names(schema, known.$defs, taken) : values(schema, known.$defs),
  );
  const unique = [...new Map(options.map((option) => [option.label, option])).values()];
  if (unique.length === 0) return null;
  // A quote that the editor has closed is part of what is replaced.
  const to = typed.startsWith('"') && state.sliceDoc(pos, pos + 1) === '"' ? pos + 1 : pos;
  return { from: pos - typed.length, to, options: unique };
}

function names(schema: Schema, $defs: Defs, taken: readonly string[]): Completion[] {
  const kind = fieldKind(schema, $defs, '');
  if (kind.kind !== 'object') return [];
  return kind.fields
    .filter(({ name }) => !taken.includes(name))
    .map(({ name, isRequired, schema: { description } }) => ({
      label: JSON.stringify(name),
      apply: `${JSON.stringify(name)}: `,
      type: 'property',
      boost: isRequired ? 1 : 0,
      ...(isRequired && { detail: 'required' }),
      ...(description !== undefined && { info: description }),
    }));
}

function values(schema: Schema, $defs: Defs): Completion[] {
  const kind = fieldKind(schema, $defs, '');
  if (kind.kind !== 'choice') return [];
  return kind.values.map((value) => ({ label: JSON.stringify(value), type: 'enum' }));
}
