import { canonicalJson } from '../../schema/canonical.ts';
import { ANNOTATIONS, type Defs, type Schema } from '../../schema/ir.ts';
import { reachable, refName } from '../../schema/refs.ts';
import { type Atom, NEVER, ownAtoms } from './atoms.ts';
import { intersect, itemAt, propertyOf } from './intersect.ts';

/** A schema with more atoms has no normal form. */
const MAX_ATOMS = 512;
/** Depth to which the check for schemas that accept nothing descends. */
const MAX_EMPTY_DEPTH = 4;

/** Converts schemas to their normal form. Resolves references in one map of definitions. */
export interface Normaliser {
  /** Returns the canonical JSON of a schema, cached. */
  text(schema: Schema): string;
  /**
   * Returns the atoms of a schema. `[]`: it accepts nothing. `undefined`: it has no normal form,
   * because its references form a cycle or it has too many members.
   */
  atoms(schema: Schema): Atom[] | undefined;
  /** Splits a schema into members that together accept the same values; one member if it can't. */
  alternatives(schema: Schema): Schema[];
  /** Whether it is certain that a schema accepts nothing. */
  isNever(schema: Schema): boolean;
  /** Whether it is certain that no value matches an atom. */
  isEmpty(atom: Atom): boolean;
}

/** Keywords that every value satisfies. */
const NOTES: ReadonlySet<string> = new Set([
  ...ANNOTATIONS,
  'default',
  'readOnly',
  'writeOnly',
  'x-gati-secret',
]);

/** Whether a schema accepts every value. */
export function isAny(schema: Schema): boolean {
  return Object.entries(schema).every(([key, value]) => value === undefined || NOTES.has(key));
}

/**
 * Returns the text of a schema and of all definitions that it refers to. Schemas with equal texts
 * mean the same, even with different maps of definitions.
 */
export function meaning(schema: Schema, defs: Defs): string {
  const names = [...reachable([schema], defs)].sort();
  return canonicalJson([schema, names.map((name) => [name, defs[name]])]);
}

/** Creates a normaliser. It caches per schema, so schemas must not change. */
export function createNormaliser(defs: Defs): Normaliser {
  const texts = new WeakMap<Schema, string>();
  const known = new Map<string, Atom[] | undefined>();

  const text = (schema: Schema): string => {
    let found = texts.get(schema);
    if (found === undefined) texts.set(schema, (found = canonicalJson(schema)));
    return found;
  };

  const atoms = (schema: Schema): Atom[] | undefined => {
    const key = text(schema);
    if (!known.has(key)) known.set(key, normalise(schema, new Set()));
    return known.get(key);
  };

  const listNames = (names: Schema): string[] | undefined => {
    const list = atoms(names)?.filter(
      (atom) => atom.kind !== 'literal' || typeof atom.value === 'string',
    );
    if (!list) return undefined;
    const values = list.flatMap((atom) =>
      atom.kind === 'literal' && atom.facts.size === 0 ? [String(atom.value)] : [],
    );
    // Property names are strings, so it does not matter which other values the schema accepts.
    return values.length ===
      list.filter(({ kind }) => kind === 'literal' || kind === 'string').length
      ? values
      : undefined;
  };

  function normalise(schema: Schema, open: ReadonlySet<string>): Atom[] | undefined {
    const { $ref, anyOf, allOf, not, ...own } = schema;
    let result: Atom[] | undefined = isAny(own) ? undefined : ownAtoms(own, listNames);
    const and = (others: Atom[] | undefined): boolean => {
      if (others && result)
        result = result.flatMap((a) => others.flatMap((b) => intersect(a, b) ?? []));
      else result = others;
      return result !== undefined && result.length <= MAX_ATOMS;
    };
    if ($ref !== undefined) {
      const name = refName($ref);
      const target = Object.hasOwn(defs, name) ? defs[name] : undefined;
      if (!target || open.has(name) || !and(normalise(target, new Set([...open, name]))))
        return undefined;
    }
    if (anyOf) {
      const members: Atom[] = [];
      for (const member of anyOf) {
        const list = normalise(member, open);
        if (!list || members.length + list.length > MAX_ATOMS) return undefined;
        members.push(...list);
      }
      if (!and(members)) return undefined;
    }
    for (const part of allOf ?? []) if (!and(normalise(part, open))) return undefined;
    result ??= ownAtoms({}, listNames);
    if (!not) return result;
    if (isAny(not)) return [];
    const fact = `not:${meaning(not, defs)}`;
    return result.map((atom) => ({ ...atom, facts: new Set([...atom.facts, fact]) }));
  }

  const isNever = (schema: Schema, depth = MAX_EMPTY_DEPTH): boolean => {
    if (schema === NEVER) return true;
    if (depth === 0 || isAny(schema)) return false;
    return atoms(schema)?.every((atom) => isEmpty(atom, depth - 1)) ?? false;
  };
  const isEmpty = (atom: Atom, depth: number): boolean =>
    isEmptyAtom(atom, (schema) => isNever(schema, depth));

  return {
    text,
    atoms,
    alternatives: (schema) => splitSchema(schema, defs),
    isNever: (schema) => isNever(schema),
    isEmpty: (atom) => isEmpty(atom, MAX_EMPTY_DEPTH),
  };
}

/** {@link Normaliser.alternatives}. `open`: names of the references that are being followed. */
function splitSchema(schema: Schema, defs: Defs, open: ReadonlySet<string> = new Set()): Schema[] {
  const { $ref, anyOf, ...own } = schema;
  if (!isAny(own) && ($ref !== undefined || anyOf)) return [schema];
  if ($ref !== undefined && anyOf) return [schema];
  if ($ref !== undefined) {
    const name = refName($ref);
    return Object.hasOwn(defs, name) && !open.has(name)
      ? splitSchema(defs[name]!, defs, new Set([...open, name]))
      : [schema];
  }
  if (anyOf) return anyOf.flatMap((member) => splitSchema(member, defs, open));
  const { enum: values, ...beside } = own;
  if (values && own.const === undefined)
    return values.map((value) => ({ ...beside, const: value }));
  if (own.type === 'boolean' && own.const === undefined)
    return [true, false].map((value) => ({ ...own, const: value }));
  return [schema];
}

/** Whether it is certain that no value matches an atom. */
function isEmptyAtom(atom: Atom, isNever: (schema: Schema) => boolean): boolean {
  switch (atom.kind) {
    case 'literal':
      return false;
    case 'string':
      return atom.min > atom.max;
    case 'number':
      return (
        atom.lower.value > atom.upper.value ||
        (atom.lower.value === atom.upper.value && (atom.lower.open || atom.upper.open))
      );
    case 'array':
      return (
        atom.min > atom.max ||
        Array.from({ length: Math.min(atom.min, atom.prefix.length + 1) }).some((_, index) =>
          isNever(itemAt(atom, index)),
        )
      );
    case 'object':
      return (
        atom.min > atom.max ||
        atom.required.size > atom.max ||
        [...atom.required].some((name) => isNever(propertyOf(atom, name)))
      );
  }
}
