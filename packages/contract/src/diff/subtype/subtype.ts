import type { Defs, Schema } from '../../schema/ir.ts';
import {
  type ArrayAtom,
  type Atom,
  literalFacts,
  type NumberAtom,
  type ObjectAtom,
} from './atoms.ts';
import { itemAt, propertyOf } from './intersect.ts';
import { createNormaliser, isAny, type Normaliser } from './normaliser.ts';

/** Options of {@link isSubschema}. */
export interface SubtypeOptions {
  /**
   * Values with different codecs differ: a `Date` is not a `string`, although JSON has a string for
   * both.
   */
  codecs?: boolean;
  /**
   * A property that the first schema does not declare, and the second one declares as optional,
   * counts as absent.
   */
  undeclared?: boolean;
  /** A list of strings or numbers in the second schema also accepts other values of that type. */
  openEnums?: boolean;
}

/** Whether every value of `a` matches `b`. Returns `false` too if that can't be proved. */
export type IsSubschema = (a: Schema, b: Schema) => boolean;

/**
 * Limits of one check, in pairs of schemas and in levels. Beyond them it counts as not provable.
 */
const MAX_STEPS = 100_000;
const MAX_LEVELS = 150;

/**
 * Whether every value that matches schema `a` also matches schema `b`. Returns `false` too if that
 * can't be proved.
 *
 * @example
 * isSubschema({ type: 'integer' }, { type: 'number' }); // true
 * isSubschema({ type: 'number' }, { type: 'integer' }); // false
 */
export function isSubschema(
  a: Schema,
  b: Schema,
  aDefs: Defs = {},
  bDefs: Defs = aDefs,
  options: SubtypeOptions = {},
): boolean {
  return createSubtype(aDefs, bDefs, options)(a, b);
}

/**
 * Creates a subtype check for many pairs of schemas with the same definitions. It is sound: it
 * never returns `true` if a value of `a` does not match `b`.
 *
 * References can be recursive. A pair that occurs again inside itself is assumed to hold. That is
 * correct, because each step goes to a smaller value (Amadio and Cardelli, 1993).
 */
export function createSubtype(aDefs: Defs, bDefs: Defs, options: SubtypeOptions = {}): IsSubschema {
  const check = new SubtypeCheck(aDefs, bDefs, options);
  return (a, b) => check.isSubschema(a, b);
}

class SubtypeCheck {
  readonly #left: Normaliser;
  readonly #right: Normaliser;
  readonly #options: SubtypeOptions;
  /** Pairs that are proved, or being compared and assumed to hold. */
  readonly #assumed = new Set<string>();
  readonly #refuted = new Set<string>();
  /** Assumed pairs in the order in which they were added. */
  #trail: string[] = [];
  #steps = 0;
  #level = 0;

  constructor(aDefs: Defs, bDefs: Defs, options: SubtypeOptions) {
    this.#left = createNormaliser(aDefs);
    this.#right = createNormaliser(bDefs);
    this.#options = options;
  }

  isSubschema(a: Schema, b: Schema): boolean {
    this.#steps = 0;
    this.#trail = [];
    return this.#isSub(a, b);
  }

  #isSub(a: Schema, b: Schema): boolean {
    if (isAny(b)) return true;
    const pair = `${this.#left.text(a)}\n${this.#right.text(b)}`;
    if (++this.#steps > MAX_STEPS) return false;
    if (this.#assumed.has(pair)) return true;
    if (this.#refuted.has(pair)) return false;
    const mark = this.#trail.length;
    this.#assumed.add(pair);
    this.#trail.push(pair);
    const [from, to] = [this.#left.atoms(a), this.#right.atoms(b)];
    if (++this.#level > MAX_LEVELS) this.#steps = Infinity;
    const holds =
      from !== undefined && to !== undefined && from.every((atom) => this.#isCovered(atom, to));
    this.#level--;
    if (holds) return true;
    // Pairs that were proved further down may depend on this one.
    for (const doubtful of this.#trail.splice(mark)) this.#assumed.delete(doubtful);
    if (this.#steps <= MAX_STEPS) this.#refuted.add(pair);
    return false;
  }

  #isCovered(atom: Atom, to: Atom[]): boolean {
    if (++this.#steps > MAX_STEPS) return false;
    if (this.#options.openEnums && isExpected(atom, to)) return true;
    return (
      to.some((other) => this.#isWithin(atom, other)) ||
      this.#left.isEmpty(atom) ||
      (atom.kind === 'object' && this.#isSplitCovered(atom, to))
    );
  }

  /**
   * `{ kind: 'a' | 'b' }` is a subtype of `{ kind: 'a' } | { kind: 'b' }`, though of neither
   * member.
   */
  #isSplitCovered(atom: ObjectAtom, to: Atom[]): boolean {
    if (to.filter(({ kind }) => kind === 'object').length < 2) return false;
    for (const [name, schema] of atom.properties) {
      if (!atom.required.has(name)) continue;
      const parts = this.#left.alternatives(schema);
      if (parts.length < 2 || parts.length > 64) continue;
      const covered = parts.every((part) =>
        this.#isCovered({ ...atom, properties: new Map([...atom.properties, [name, part]]) }, to),
      );
      if (covered) return true;
    }
    return false;
  }

  #isWithin(a: Atom, b: Atom): boolean {
    if (this.#options.codecs && a.codec !== b.codec) return false;
    if (a.kind === 'literal') {
      const facts = literalFacts(a.value, b);
      return facts !== undefined && [...facts].every((fact) => a.facts.has(fact));
    }
    if (![...b.facts].every((fact) => a.facts.has(fact))) return false;
    if (a.kind === 'string') return b.kind === 'string' && a.min >= b.min && a.max <= b.max;
    if (a.kind === 'number') return b.kind === 'number' && isNumberWithin(a, b);
    if (a.kind === 'array') return b.kind === 'array' && this.#isArrayWithin(a, b);
    return b.kind === 'object' && this.#isObjectWithin(a, b);
  }

  #isArrayWithin(a: ArrayAtom, b: ArrayAtom): boolean {
    if (a.min < b.min || a.max > b.max || (b.unique && !a.unique && a.max > 1)) return false;
    const fixed = Math.max(a.prefix.length, b.prefix.length);
    for (let index = 0; index < fixed && index < a.max; index++) {
      if (!this.#isSub(itemAt(a, index), itemAt(b, index))) return false;
    }
    return a.max <= fixed || this.#isSub(itemAt(a, fixed), itemAt(b, fixed));
  }

  #isObjectWithin(a: ObjectAtom, b: ObjectAtom): boolean {
    for (const name of b.required) if (!a.required.has(name)) return false;
    const most = a.rest === false ? Math.min(a.max, a.properties.size) : a.max;
    if (Math.max(a.min, a.required.size) < b.min || most > b.max || !this.#areNamesWithin(a, b))
      return false;
    for (const name of new Set([...a.properties.keys(), ...b.properties.keys()])) {
      if (this.#options.undeclared && a.silent && !a.properties.has(name)) continue;
      if (!this.#isSub(propertyOf(a, name), propertyOf(b, name))) return false;
    }
    return a.rest === false || (b.rest !== false && this.#isSub(a.rest, b.rest));
  }

  #areNamesWithin(a: ObjectAtom, b: ObjectAtom): boolean {
    return b.names.every((names) => {
      if (a.names.some((each) => this.#isSub({ allOf: [{ type: 'string' }, each] }, names)))
        return true;
      return (
        a.rest === false &&
        [...a.properties].every(
          ([name, schema]) => this.#left.isNever(schema) || this.#isSub({ const: name }, names),
        )
      );
    });
  }
}

/** Whether a list of atoms has literals of the atom's type. */
function isExpected(atom: Atom, list: Atom[]): boolean {
  const kind = atom.kind === 'literal' ? typeof atom.value : atom.kind;
  return (
    (kind === 'string' || kind === 'number') &&
    list.some((other) => other.kind === 'literal' && typeof other.value === kind)
  );
}

function isNumberWithin(a: NumberAtom, b: NumberAtom): boolean {
  if (b.integer && !a.integer) return false;
  if (
    a.lower.value < b.lower.value ||
    (a.lower.value === b.lower.value && b.lower.open && !a.lower.open)
  )
    return false;
  if (
    a.upper.value > b.upper.value ||
    (a.upper.value === b.upper.value && b.upper.open && !a.upper.open)
  )
    return false;
  return b.multiples.every(
    (multiple) =>
      (a.integer && (1 / multiple) % 1 === 0) ||
      a.multiples.some((other) => isDivisor(multiple, other)),
  );
}

/**
 * Returns whether `divisor` divides `multiple`. Decides integers only: a quotient of floating-point
 * numbers is not exact.
 */
function isDivisor(divisor: number, multiple: number): boolean {
  return (
    divisor === multiple ||
    (Number.isInteger(divisor) && Number.isInteger(multiple) && multiple % divisor === 0)
  );
}
