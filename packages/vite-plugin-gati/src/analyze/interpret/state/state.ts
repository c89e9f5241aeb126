import type { SymbolView } from '../../compiler/compiler.ts';
import { sharedFacts } from './facts.ts';
import { joinHeaders, NO_HEADERS } from './headers.ts';
import {
  type Body,
  idOf,
  reachesResponse,
  type State,
  type Status,
  type Value,
  valueKey,
} from './values.ts';

export type { Body, State, Status };

/** The state at the start of a handler. */
export const START: State = {
  status: { known: 200, set: false },
  body: undefined,
  headers: NO_HEADERS,
  vars: new Map(),
  facts: new Map(),
};

/** If there are more states, those that differ in variables and facts only are folded into one. */
const MAX_STATES = 96;

export function withVar(state: State, symbol: SymbolView, value: Value | undefined): State {
  const vars = new Map(state.vars);
  if (value) vars.set(symbol, value);
  else vars.delete(symbol);
  return { ...state, vars };
}

export function statusKey(status: Status): string {
  return 'known' in status
    ? `${status.known}${status.set ? '' : '?'}`
    : `unknown${status.invalid ?? ''}`;
}

export function bodyKey(body: Body | undefined): string {
  return body
    ? `${body.contentType}${body.stream ? '*' : ''}${body.emptyList ? '0' : ''}${body.schema ? JSON.stringify(body.schema) : '?'}`
    : '-';
}

/** Returns a key that is equal for states that differ in facts and headers only. */
export function stateKey(state: State): string {
  const vars = [...state.vars]
    .map(([symbol, value]) => `${idOf(symbol)}=${valueKey(value)}`)
    .sort();
  return `${statusKey(state.status)}|${bodyKey(state.body)}|${state.contentType ?? ''}|${state.escaped ? 1 : 0}${state.redirected ? 1 : 0}|${state.nextResult ? valueKey(state.nextResult) : ''}|${vars.join(';')}`;
}

/**
 * Merges states that differ in facts and headers only. The merged state has the facts that all of
 * them share, and the headers of each.
 */
export function merge(states: readonly State[]): State[] {
  if (states.length < 2) return [...states];
  const groups = new Map<string, State>();
  for (const state of states) {
    const key = stateKey(state);
    const known = groups.get(key);
    groups.set(key, known ? mergeTwo(known, state) : state);
  }
  const merged = [...groups.values()];
  return merged.length > MAX_STATES ? fold(merged) : merged;
}

/** Merges two states with the same {@link stateKey}. */
export function mergeTwo(a: State, b: State): State {
  return {
    ...a,
    facts: sharedFacts(a.facts, b.facts),
    headers: joinHeaders(a.headers, b.headers),
  };
}

/**
 * Keeps statuses and bodies, and forgets facts and the variables that differ between the states.
 */
function fold(states: readonly State[]): State[] {
  const vars = new Map(states[0]!.vars);
  for (const { vars: other } of states) {
    for (const [symbol, value] of vars) {
      const same = other.get(symbol);
      if (!same || valueKey(same) !== valueKey(value)) vars.delete(symbol);
    }
  }
  const lost = states
    .flatMap((state) => [...state.vars])
    .find(([symbol, value]) => !vars.has(symbol) && reachesResponse(value));
  const node = lost?.[0].declarations[0]?.node();
  const escaped = node && {
    node,
    why: 'The handler has too many paths to follow all names of the response object.',
  };
  const seen = new Map<string, State>();
  for (const state of states) {
    const key = `${statusKey(state.status)}|${bodyKey(state.body)}|${state.escaped ? 1 : 0}`;
    const other = seen.get(key);
    seen.set(key, {
      ...state,
      vars,
      facts: new Map(),
      headers: other ? joinHeaders(other.headers, state.headers) : state.headers,
      ...(escaped ? { escaped } : {}),
    });
  }
  return [...seen.values()];
}
