import type { Codec, Schema } from '../../schema/ir.ts';

/** A value of `const` or `enum`. */
export type Literal = string | number | boolean | null;

/**
 * A schema in normal form is a list of atoms: a value matches the schema if it matches one of them.
 * An atom is not a reference, union or intersection. Constraints without a closed form, such as a
 * format or a `not`, become opaque facts.
 */
export type Atom = LiteralAtom | StringAtom | NumberAtom | ArrayAtom | ObjectAtom;

interface Common {
  codec?: Codec;
  /** Opaque constraints, compared by their text: `format:email`, `pattern:^a`, `not:{…}`. */
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
  /** `true`: the bound itself is excluded. */
  open: boolean;
}

export interface ArrayAtom extends Common {
  kind: 'array';
  prefix: Schema[];
  /** Schema of the items after `prefix`. `false`: there are none. */
  items: Schema | false;
  min: number;
  max: number;
  unique: boolean;
}

export interface ObjectAtom extends Common {
  kind: 'object';
  properties: ReadonlyMap<string, Schema>;
  required: ReadonlySet<string>;
  /** Schema of undeclared properties. `false`: there are none. */
  rest: Schema | false;
  /**
   * No `additionalProperties`: undeclared properties are allowed, but clients can't rely on them.
   */
  silent: boolean;
  /** Schemas that every key must match. */
  names: Schema[];
  min: number;
  max: number;
}

/** A schema that accepts nothing. */
export const NEVER: Schema = { not: {} };

const NO_FACTS: ReadonlySet<string> = new Set();

/**
 * Returns the atoms of a schema, without its `$ref`, `anyOf`, `allOf` and `not`.
 *
 * @param listNames Returns the names that a `propertyNames` schema lists, or `undefined` if it is
 *   not a list.
 */
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

/**
 * Returns the tighter of `minimum` and `exclusiveMinimum`, and of the two upper bounds. Bounds of
 * integers are closed.
 */
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

/**
 * Closes a bound of integers. Beyond 2^53 adding 1 is not exact, so such a bound stays as it is.
 */
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
  // A list of names means: these properties and no others.
  const properties = new Map(
    listed.map((name): [string, Schema] => [
      name,
      declared.get(name) ?? (rest === false ? NEVER : rest),
    ]),
  );
  return { ...base, properties, rest: false, silent: false, names: [] };
}

/**
 * Returns the literal if it can match the atom, otherwise `undefined`. Constraints that can't be
 * decided become facts of the literal.
 */
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

/**
 * Returns the constraints that can't be decided but must hold for a value to match an atom, or
 * `undefined` if the value can't match.
 */
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

/** Decides as the runtime's validator does, so that 0.3 is a multiple of 0.1. */
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
