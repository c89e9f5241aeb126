import type { SymbolView } from '../../compiler/compiler.ts';

/** The result of a test on this path. */
export interface Fact {
  /** Whether a condition holds, or the JSON of the one value that a reference has. */
  value: boolean | string;
  /** The variables in it. An assignment to one of them removes the fact. */
  symbols: readonly SymbolView[];
  /** It is about a property, which any called function may change. */
  volatile: boolean;
}

export type Facts = ReadonlyMap<string, Fact>;

/** A condition in a form that is equal for equal conditions. */
export interface Condition {
  /** Identifies the reference: `#3.name`. */
  key: string;
  symbols: readonly SymbolView[];
  volatile: boolean;
  /** The JSON of the literal in `reference === literal`. */
  equals?: string;
  /** Whether the literal is truthy. */
  truthy?: boolean;
}

/** Whether the facts decide a condition; `undefined` if they do not. */
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

/**
 * Adds a fact. `?key` stores whether a reference is truthy, `=key` its value, and `!key=value` a
 * value that it does not have.
 */
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

/** Removes the facts about a variable that was assigned. */
export function forget(facts: Facts, symbol: SymbolView): Facts {
  return filterFacts(facts, (fact) => !fact.symbols.includes(symbol));
}

/** Removes the facts about properties: after a call, an `await`, an assignment to a property. */
export function forgetVolatile(facts: Facts): Facts {
  return filterFacts(facts, (fact) => !fact.volatile);
}

/** Returns the facts that both have. */
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
