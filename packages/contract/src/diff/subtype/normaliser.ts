import { canonicalJson } from '../../schema/canonical.ts';
import { ANNOTATIONS, type Defs, type Schema } from '../../schema/ir.ts';
import { reachable, refName } from '../../schema/refs.ts';
import { type Atom, NEVER, ownAtoms } from './atoms.ts';
import { intersect, itemAt, propertyOf } from './intersect.ts';

/** More alternatives than this are not looked through. */
const MAX_ATOMS = 512;
const MAX_EMPTY_DEPTH = 4;

/** Reads schemas against one map of definitions. */
export interface Normaliser {
  /** A text that is the same for the same schema object text. */
  text(schema: Schema): string;
  /** `undefined` where there is no normal form: references in a circle, too many alternatives. `[]` accepts nothing. */
  atoms(schema: Schema): Atom[] | undefined;
  /** Alternatives that together say the same, as schemas; one where there is no such split. */
  alternatives(schema: Schema): Schema[];
  /** Known to accept nothing. */
  isNever(schema: Schema): boolean;
  isEmpty(atom: Atom): boolean;
}

/** Keywords that every value satisfies. */
const NOTES: ReadonlySet<string> = new Set([...ANNOTATIONS, 'default', 'readOnly', 'writeOnly']);

/** Whether a schema accepts every value. */
export function isAny(schema: Schema): boolean {
  return Object.entries(schema).every(([key, value]) => value === undefined || NOTES.has(key));
}

/** A schema's text with all that it refers to: equal texts mean the same, also against different definitions. */
export function meaning(schema: Schema, defs: Defs): string {
  const names = [...reachable([schema], defs)].sort();
  return canonicalJson([schema, names.map((name) => [name, defs[name]])]);
}

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
    // Names are strings, so what else the schema accepts does not count.
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

  const alternatives = (schema: Schema, open: ReadonlySet<string> = new Set()): Schema[] => {
    const { $ref, anyOf, ...own } = schema;
    if (!isAny(own) && ($ref !== undefined || anyOf)) return [schema];
    if ($ref !== undefined && anyOf) return [schema];
    if ($ref !== undefined) {
      const name = refName($ref);
      return Object.hasOwn(defs, name) && !open.has(name)
        ? alternatives(defs[name]!, new Set([...open, name]))
        : [schema];
    }
    if (anyOf) return anyOf.flatMap((member) => alternatives(member, open));
    const { enum: values, ...beside } = own;
    if (values && own.const === undefined)
      return values.map((value) => ({ ...beside, const: value }));
    if (own.type === 'boolean' && own.const === undefined)
      return [true, false].map((value) => ({ ...own, const: value }));
    return [schema];
  };

  const isNever = (schema: Schema, depth = MAX_EMPTY_DEPTH): boolean => {
    if (schema === NEVER) return true;
    if (depth === 0 || isAny(schema)) return false;
    return atoms(schema)?.every((atom) => isEmpty(atom, depth - 1)) ?? false;
  };

  function isEmpty(atom: Atom, depth: number): boolean {
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
            isNever(itemAt(atom, index), depth),
          )
        );
      case 'object':
        return (
          atom.min > atom.max ||
          atom.required.size > atom.max ||
          [...atom.required].some((name) => isNever(propertyOf(atom, name), depth))
        );
    }
  }

  return {
    text,
    atoms,
    alternatives: (schema) => alternatives(schema),
    isNever: (schema) => isNever(schema),
    isEmpty: (atom) => isEmpty(atom, MAX_EMPTY_DEPTH),
  };
}
