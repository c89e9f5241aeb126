import { mapSchema, refName, type Schema } from '@gati/contract';
import { ANNOTATIONS } from '@gati/contract/internal';
import { formats } from '@gati/runtime-h3/checks';
import { Build } from 'typebox/schema';
import type { External, Unit } from './unit.ts';

interface Refinement {
  check(value: unknown): boolean;
  error(): string;
  external: External;
}

/**
 * Compiles a schema to a check. TypeBox writes the code. Keywords whose code would need TypeBox
 * (formats, `uniqueItems`, `multipleOf`) or would repeat itself (`$ref`) become refinements:
 * externals of the unit.
 */
export function toCheckUnit(schema: Schema, toUnit: (definition: string) => string): Unit {
  const built = Build(
    {},
    mapSchema(schema, (part) => refine(part, toUnit)),
  );
  const [code] = built.Functions();
  // Without references TypeBox makes one function: `const check_0 = (value) => …`.
  if (!code || built.Functions().length !== 1 || built.UseUnevaluated())
    throw new Error('gati: unexpected shape of a compiled check');
  return {
    code: code.slice(code.indexOf('=') + 1).trim(),
    externals: built.External().variables.map(toExternal),
  };
}

function toExternal(variable: unknown): External {
  return variable instanceof RegExp
    ? { kind: 'pattern', pattern: variable }
    : (variable as Refinement).external;
}

/**
 * Keywords that no value violates. Without them, more schemas are equal and share a check. The
 * codec determines the value after the check, and the content keywords describe what its text
 * encodes.
 */
const NOT_CHECKED: ReadonlySet<string> = new Set([
  ...ANNOTATIONS,
  'default',
  'readOnly',
  'writeOnly',
  'x-gati-secret',
  'contentEncoding',
  'contentMediaType',
  'x-gati-codec',
]);

export function withoutAnnotations(schema: Schema): Schema {
  return mapSchema(schema, (part) =>
    // In a handler a file is an object, not the string of the document: its codec is checked.
    part['x-gati-codec'] === 'file'
      ? { 'x-gati-codec': 'file' }
      : Object.fromEntries(Object.entries(part).filter(([key]) => !NOT_CHECKED.has(key))),
  );
}

function refine(schema: Schema, toUnit: (definition: string) => string): Schema {
  if (schema['x-gati-codec'] === 'file')
    return { '~refine': [toRefinement({ kind: 'file' })] } as Schema;
  const { $ref, format, uniqueItems, multipleOf, ...rest } = schema;
  const refinements: Refinement[] = [];
  if ($ref !== undefined)
    refinements.push(toRefinement({ kind: 'check', unit: toUnit(refName($ref)) }));
  if (format !== undefined && Object.hasOwn(formats, format))
    refinements.push(toRefinement({ kind: 'format', name: format }));
  if (uniqueItems) refinements.push(toRefinement({ kind: 'unique' }));
  if (multipleOf !== undefined)
    refinements.push(toRefinement({ kind: 'multiple', of: multipleOf }));
  const [first, ...more] = refinements;
  if (!first) return rest;
  // With one refinement the code stays flat. Schemas with more are rare.
  const allOf = [
    ...(rest.allOf ?? []),
    ...more.map((refinement) => ({ '~refine': [refinement] }) as Schema),
  ];
  return { ...rest, '~refine': [first], ...(allOf.length > 0 ? { allOf } : {}) } as Schema;
}

function toRefinement(external: External): Refinement {
  return { check: () => true, error: () => '', external };
}
