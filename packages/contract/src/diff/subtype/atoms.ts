import type { Codec, Schema } from '../../schema/ir.ts';

export type Literal = string | number | boolean | null;

/**
 * A schema in normal form is a list of atoms, one of which has to hold: no reference, union or intersection is left at its top.
 * Each says exactly what the schema says; what has no closed form here (a format, a `not`) is kept as an opaque fact.
 */
export type Atom = LiteralAtom | StringAtom | NumberAtom | ArrayAtom | ObjectAtom;

interface Common {
  codec?: Codec;
  /** Facts known by their text only: `format:email`, `pattern:^a`, `not:{…}`. */
  facts: ReadonlySet<string>;
}

export interface LiteralAtom extends Common {
  kind: 'literal';
  value: Literal;
}

export interface StringAtom extends Common {
  kind: 'string';
  min: number;
  max: number;
}

export interface NumberAtom extends Common {
  kind: 'number';
  integer: boolean;
  lower: Bound;
  upper: Bound;
  multiples: number[];
}

export interface Bound {
  value: number;
  /** The value itself is out. */
  open: boolean;
}

export interface ArrayAtom extends Common {
  kind: 'array';
  prefix: Schema[];
  /** `false`: nothing behind the prefix. */
  items: Schema | false;
  min: number;
  max: number;
  unique: boolean;
}

export interface ObjectAtom extends Common {
  kind: 'object';
  properties: ReadonlyMap<string, Schema>;
  required: ReadonlySet<string>;
  /** Of properties without a schema of their own; `false`: there are none. */
  rest: Schema | false;
  /** Nothing was said about undeclared properties: they are let through and not promised. */
  silent: boolean;
  names: Schema[];
  min: number;
  max: number;
}

export const NEVER: Schema = { not: {} };

const NO_FACTS: ReadonlySet<string> = new Set();

/** What a schema says itself, beside its reference, union and intersection. `listNames` gives the names that a `propertyNames` lists, if it does. */
export function ownAtoms(
  schema: Schema,
  listNames: (names: Schema) => string[] | undefined,
): Atom[] {
  const { type, enum: values, 'x-gati-codec': codec } = schema;
  const atoms: Atom[] = [];
  if (schema.const !== undefined || values) {
    const candidates = schema.const === undefined ? [...new Set(values)] : [schema.const];
    const frame = ownAtoms({ ...schema, const: undefined, enum: undefined }, listNames);
    return candidates
      .filter((value) => !values || values.includes(value))
      .flatMap((value) =>
        frame.flatMap(
          (atom) => intersectLiteral({ kind: 'literal', value, facts: NO_FACTS }, atom) ?? [],
        ),
      );
  }
  const is = (...types: Schema['type'][]): boolean => type === undefined || types.includes(type);
  if (is('null')) atoms.push({ kind: 'literal', value: null, facts: NO_FACTS });
  if (is('boolean'))
    atoms.push(
      { kind: 'literal', value: true, facts: NO_FACTS },
      { kind: 'literal', value: false, facts: NO_FACTS },
    );
  if (is('number', 'integer')) atoms.push(numberAtom(schema));
  if (is('string')) atoms.push(stringAtom(schema));
  if (is('array')) atoms.push(arrayAtom(schema));
  if (is('object')) atoms.push(objectAtom(schema, listNames));
  return codec ? atoms.map((atom) => ({ ...atom, codec })) : atoms;
}

function stringAtom({
  minLength = 0,
  maxLength = Infinity,
  pattern,
  format,
  contentEncoding,
  contentMediaType,
}: Schema): StringAtom {
  const facts = new Set<string>();
  if (pattern !== undefined) facts.add(`pattern:${pattern}`);
  if (format !== undefined) facts.add(`format:${format}`);
  if (contentEncoding !== undefined) facts.add(`contentEncoding:${contentEncoding}`);
  if (contentMediaType !== undefined) facts.add(`contentMediaType:${contentMediaType}`);
  return { kind: 'string', min: minLength, max: maxLength, facts };
}

function numberAtom(schema: Schema): NumberAtom {
  const integer = schema.type === 'integer';
  const { lower, upper } = boundsOf(schema);
  return {
    kind: 'number',
    integer,
    lower,
    upper,
    multiples: schema.multipleOf === undefined ? [] : [schema.multipleOf],
    facts: NO_FACTS,
  };
}

/** The tighter of `minimum` and `exclusiveMinimum`, and of the upper two; of integers as a closed bound. */
export function boundsOf({ type, minimum, exclusiveMinimum, maximum, exclusiveMaximum }: Schema): {
  lower: Bound;
  upper: Bound;
} {
  const lower = tighterLower(
    { value: minimum ?? -Infinity, open: false },
    { value: exclusiveMinimum ?? -Infinity, open: exclusiveMinimum !== undefined },
  );
  const upper = tighterUpper(
    { value: maximum ?? Infinity, open: false },
    { value: exclusiveMaximum ?? Infinity, open: exclusiveMaximum !== undefined },
  );
  if (type !== 'integer') return { lower, upper };
  return { lower: closeInteger(lower, 1), upper: closeInteger(upper, -1) };
}

/** Beyond 2^53 the next integer is not a number away, so such a bound stays as it is. */
function closeInteger({ value, open }: Bound, step: 1 | -1): Bound {
  if (!Number.isFinite(value) || Math.abs(value) >= Number.MAX_SAFE_INTEGER) return { value, open };
  const inside = step === 1 ? Math.ceil(value) : Math.floor(value);
  return { value: open && inside === value ? value + step : inside, open: false };
}

export function tighterLower(a: Bound, b: Bound): Bound {
  if (a.value === b.value) return a.open ? a : b;
  return a.value > b.value ? a : b;
}

export function tighterUpper(a: Bound, b: Bound): Bound {
  if (a.value === b.value) return a.open ? a : b;
  return a.value < b.value ? a : b;
}

function arrayAtom({
  prefixItems = [],
  items = {},
  minItems = 0,
  maxItems = Infinity,
  uniqueItems = false,
}: Schema): ArrayAtom {
  const max = items === false ? Math.min(maxItems, prefixItems.length) : maxItems;
  return {
    kind: 'array',
    prefix: prefixItems,
    items,
    min: minItems,
    max,
    unique: uniqueItems,
    facts: NO_FACTS,
  };
}

function objectAtom(
  schema: Schema,
  listNames: (names: Schema) => string[] | undefined,
): ObjectAtom {
  const {
    additionalProperties: additional,
    propertyNames,
    minProperties = 0,
    maxProperties = Infinity,
  } = schema;
  const required = new Set(schema.required);
  const rest = additional === undefined || additional === true ? {} : additional;
  const base = {
    kind: 'object' as const,
    required,
    min: minProperties,
    max: maxProperties,
    facts: NO_FACTS,
  };
  const declared = new Map(Object.entries(schema.properties ?? {}));
  const listed = propertyNames && listNames(propertyNames);
  if (!listed)
    return {
      ...base,
      properties: declared,
      rest,
      silent: additional === undefined,
      names: propertyNames ? [propertyNames] : [],
    };
  // A closed list of names is the same as those properties and no other.
  const properties = new Map(
    listed.map((name): [string, Schema] => [
      name,
      declared.get(name) ?? (rest === false ? NEVER : rest),
    ]),
  );
  return { ...base, properties, rest: false, silent: false, names: [] };
}

/** The literal if the atom lets it through, with what could not be decided as its facts; `undefined` if not. */
export function intersectLiteral(literal: LiteralAtom, atom: Atom): LiteralAtom | undefined {
  const undecided = literalFacts(literal.value, atom);
  if (!undecided) return undefined;
  const codec = literal.codec ?? atom.codec;
  return {
    ...literal,
    ...(codec ? { codec } : {}),
    facts: new Set([...literal.facts, ...undecided]),
  };
}

/** What a value has to fulfil besides, to be one of the atom; `undefined` if it is not one whatever holds. */
export function literalFacts(value: Literal, atom: Atom): Iterable<string> | undefined {
  if (atom.kind === 'literal') return atom.value === value ? atom.facts : undefined;
  if (typeof value === 'number')
    return atom.kind === 'number' && isInRange(value, atom) ? atom.facts : undefined;
  if (typeof value !== 'string' || atom.kind !== 'string') return undefined;
  const undecided = new Set<string>();
  const tests = [...atom.facts].map((fact) => ({ fact, holds: holdsFact(value, fact) }));
  if (tests.some(({ holds }) => holds === false)) return undefined;
  for (const { fact, holds } of tests) if (holds === undefined) undecided.add(fact);
  // Validators count code points or graphemes; they agree on ASCII.
  const length = /^[\x20-\x7e]*$/.test(value) ? value.length : undefined;
  if (length !== undefined) return length >= atom.min && length <= atom.max ? undecided : undefined;
  if (atom.min > 0) undecided.add(`minLength:${atom.min}`);
  if (atom.max < Infinity) undecided.add(`maxLength:${atom.max}`);
  return undecided;
}

function isInRange(value: number, { integer, lower, upper, multiples }: NumberAtom): boolean {
  if (integer && !Number.isInteger(value)) return false;
  if (value < lower.value || (lower.open && value === lower.value)) return false;
  if (value > upper.value || (upper.open && value === upper.value)) return false;
  return multiples.every((multiple) => isMultiple(value, multiple));
}

/** As the validator of the runtime decides it, so that 0.3 is a multiple of 0.1. */
function isMultiple(value: number, divisor: number): boolean {
  if (Number.isInteger(value) && (1 / divisor) % 1 === 0) return true;
  const rest = value % divisor;
  return Math.min(Math.abs(rest), Math.abs(rest - divisor), Math.abs(rest + divisor)) < 1e-10;
}

function holdsFact(value: string, fact: string): boolean | undefined {
  if (!fact.startsWith('pattern:')) return undefined;
  try {
    return new RegExp(fact.slice('pattern:'.length), 'u').test(value);
  } catch {
    return undefined;
  }
}
