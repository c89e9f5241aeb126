import { equalJson } from '../../schema/equal.ts';
import type { Schema } from '../../schema/ir.ts';
import {
  type ArrayAtom,
  type Atom,
  intersectLiteral,
  NEVER,
  type ObjectAtom,
  tighterLower,
  tighterUpper,
} from './atoms.ts';

/** Returns the atom of all values that match both atoms, or `undefined` if there are none. */
export function intersect(a: Atom, b: Atom): Atom | undefined {
  if (a.kind === 'literal') return intersectLiteral(a, b);
  if (b.kind === 'literal') return intersectLiteral(b, a);
  const codec = a.codec ?? b.codec;
  const facts = new Set([...a.facts, ...b.facts]);
  // Two codecs for one value can't be compared. A fact of both makes the atom equal only to itself.
  if (a.codec && b.codec && a.codec !== b.codec)
    facts.add(`codec:${[a.codec, b.codec].sort().join()}`);
  const common = { facts, ...(codec ? { codec } : {}) };
  if (a.kind === 'string' && b.kind === 'string')
    return { kind: 'string', ...common, min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) };
  if (a.kind === 'number' && b.kind === 'number') {
    return {
      kind: 'number',
      ...common,
      integer: a.integer || b.integer,
      lower: tighterLower(a.lower, b.lower),
      upper: tighterUpper(a.upper, b.upper),
      multiples: [...new Set([...a.multiples, ...b.multiples])],
    };
  }
  if (a.kind === 'array' && b.kind === 'array') return { ...intersectArrays(a, b), ...common };
  if (a.kind === 'object' && b.kind === 'object') return { ...intersectObjects(a, b), ...common };
  return undefined;
}

function intersectArrays(a: ArrayAtom, b: ArrayAtom): ArrayAtom {
  const length = Math.max(a.prefix.length, b.prefix.length);
  return {
    ...a,
    prefix: Array.from({ length }, (_, index) => both(itemAt(a, index), itemAt(b, index))),
    items: bothOrFalse(a.items, b.items),
    min: Math.max(a.min, b.min),
    max: Math.min(a.max, b.max),
    unique: a.unique || b.unique,
  };
}

function intersectObjects(a: ObjectAtom, b: ObjectAtom): ObjectAtom {
  const names = new Set([...a.properties.keys(), ...b.properties.keys()]);
  return {
    ...a,
    properties: new Map(
      [...names].map((name) => [name, both(propertyOf(a, name), propertyOf(b, name))]),
    ),
    required: new Set([...a.required, ...b.required]),
    rest: bothOrFalse(a.rest, b.rest),
    silent: a.silent && b.silent,
    names: [...a.names, ...b.names],
    min: Math.max(a.min, b.min),
    max: Math.min(a.max, b.max),
  };
}

/** Returns the schema of the item at an index. */
export function itemAt(atom: ArrayAtom, index: number): Schema {
  return atom.prefix[index] ?? (atom.items === false ? NEVER : atom.items);
}

/** Returns the schema of a property, declared or not. */
export function propertyOf(atom: ObjectAtom, name: string): Schema {
  return atom.properties.get(name) ?? (atom.rest === false ? NEVER : atom.rest);
}

function bothOrFalse(a: Schema | false, b: Schema | false): Schema | false {
  return a === false || b === false ? false : both(a, b);
}

function both(a: Schema, b: Schema): Schema {
  if (Object.keys(a).length === 0 || equalJson(a, b)) return b;
  if (Object.keys(b).length === 0) return a;
  return {
    allOf: [...parts(a), ...parts(b)].filter(
      (part, index, all) => all.findIndex((other) => equalJson(other, part)) === index,
    ),
  };
}

function parts(schema: Schema): Schema[] {
  return schema.allOf && Object.keys(schema).length === 1 ? schema.allOf : [schema];
}
