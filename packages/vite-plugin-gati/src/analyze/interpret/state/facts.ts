import type { SymbolView } from '../../compiler/compiler.ts';

/** Something that was tested on the way here. */
export interface Fact {
  /** Truth of a condition, or the JSON of the one value that a reference has. */
  value: boolean | string;
  /** Variables that it speaks of: assigned, it is forgotten. */
  symbols: readonly SymbolView[];
  /** It speaks of a property, which anybody who is called may change. */
  volatile: boolean;
}

export type Facts = ReadonlyMap<string, Fact>;

/** A condition in a form that can be recognised again. */
export interface Condition {
  key: string;
  symbols: readonly SymbolView[];
  volatile: boolean;
  /** Of `reference === literal`. */
  equals?: string;
  /** Whether the literal counts as true. */
  truthy?: boolean;
}

/** What the facts say of a condition, if they say anything. */
export function decide(facts: Facts, { key, equals, truthy }: Condition): boolean | undefined {
  const value = facts.get(`=${key}`)?.value;
  if (equals === undefined) {
    const known = facts.get(`?${key}`)?.value;
    if (typeof known === 'boolean') return known;
    return typeof value === 'string' ? isTruthyJson(value) : undefined;
  }
  if (typeof value === 'string') return value === equals;
  if (facts.get(`!${key}=${equals}`)) return false;
  const truth = facts.get(`?${key}`)?.value;
  return typeof truth === 'boolean' && truth !== truthy ? false : undefined;
}

/** The facts once a condition turned out to hold, or not. */
export function learn(
  facts: Facts,
  { key, equals, symbols, volatile }: Condition,
  holds: boolean,
): Facts {
  const next = new Map(facts);
  if (equals === undefined) next.set(`?${key}`, { value: holds, symbols, volatile });
  else if (holds) next.set(`=${key}`, { value: equals, symbols, volatile });
  else next.set(`!${key}=${equals}`, { value: true, symbols, volatile });
  return next;
}

/** Without what spoke of a variable that was assigned. */
export function forget(facts: Facts, symbol: SymbolView): Facts {
  return filterFacts(facts, (fact) => !fact.symbols.includes(symbol));
}

/** Without what others may have changed: after a call, an `await`, an assignment to a property. */
export function forgetVolatile(facts: Facts): Facts {
  return filterFacts(facts, (fact) => !fact.volatile);
}

export function sharedFacts(a: Facts, b: Facts): Facts {
  return a === b ? a : filterFacts(a, (fact, key) => b.get(key)?.value === fact.value);
}

function filterFacts(facts: Facts, keep: (fact: Fact, key: string) => boolean): Facts {
  const kept = [...facts].filter(([key, fact]) => keep(fact, key));
  return kept.length === facts.size ? facts : new Map(kept);
}

function isTruthyJson(json: string): boolean {
  return !['false', 'null', '0', '""', 'undefined', '-0'].includes(json);
}
