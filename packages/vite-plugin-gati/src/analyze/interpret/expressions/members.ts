import type { Node } from 'typescript-7/unstable/ast';
import { constant, UNDEFINED, unionOf, type Value } from '../state/values.ts';
import type { Outcome, InterpreterApi } from '../interpreter-api.ts';

const METHODS = new Set(['json', 'text', 'redirect', 'stream', 'cookie']);

/** Reads `base.name`. `name` is `undefined` if it is computed. */
export function readMember(
  walk: InterpreterApi,
  { state, value }: Outcome,
  name: string | undefined,
  node: Node,
): Value {
  const fallback: Value = { kind: 'type', node, frame: walk.frame };
  switch (value.kind) {
    case 'res':
      if (name === 'status')
        return 'known' in state.status ? constant(state.status.known) : fallback;
      if (name === 'headers') return { kind: 'headers' };
      return name !== undefined && METHODS.has(name) ? { kind: 'method', name } : fallback;
    case 'arguments':
      return name !== undefined && /^\d+$/.test(name)
        ? (value.values[Number(name)] ?? UNDEFINED)
        : fallback;
    case 'array':
      return name !== undefined && /^\d+$/.test(name)
        ? (value.elements[Number(name)] ?? fallback)
        : fallback;
    case 'object': {
      const index = value.entries.findLastIndex(
        (entry) => 'spread' in entry || entry.name === name,
      );
      const entry = value.entries[index];
      return entry && 'value' in entry ? entry.value : fallback;
    }
    case 'written':
      return value.passed ? readMember(walk, { state, value: value.passed }, name, node) : fallback;
    case 'error':
      if (name === 'status' && value.error.status !== undefined)
        return constant(value.error.status);
      if (name === 'code' && typeof value.error.code.const === 'string')
        return constant(value.error.code.const);
      return fallback;
    case 'union':
      return unionOf(
        value.options.map((option) => readMember(walk, { state, value: option }, name, node)),
      );
    default:
      return fallback;
  }
}
