import type { JsonValue } from '@gati/contract';
import { isObject } from './json.ts';

/** Maximum number of values that a path selects. */
const MAX_FOUND = 10_000;

type Step = string | number | '*';

/**
 * Selects values by a path: `items[0].id`, `$.items[*].id`, `["a.b"]`. `*` and `[*]` are all items
 * or properties.
 *
 * @throws {SyntaxError} when the path is malformed
 */
export function selectPath(value: JsonValue, path: string): JsonValue[] {
  let found: JsonValue[] = [value];
  for (const step of parsePath(path))
    found = found.flatMap((each) => childrenOf(each, step)).slice(0, MAX_FOUND);
  return found;
}

const STEP = /(?:^|\.)([^.[\]"*]+)|(?:^|\.)\*|\[(?:(\d+)|\*|"((?:[^"\\]|\\.)*)")\]/y;

function parsePath(path: string): Step[] {
  const text = path.trim().replace(/^\$\.?(?=\[|[^.[]|$)/, '');
  const steps: Step[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const at = STEP.lastIndex;
    const match = STEP.exec(text);
    if (!match)
      throw new SyntaxError(`The path is malformed at ${JSON.stringify(text.slice(at, at + 20))}.`);
    const [, name, index, quoted] = match;
    if (index !== undefined) steps.push(Number(index));
    else if (quoted !== undefined) steps.push(JSON.parse(`"${quoted}"`) as string);
    else steps.push(name ?? '*');
  }
  return steps;
}

function childrenOf(value: JsonValue, step: Step): JsonValue[] {
  if (Array.isArray(value)) {
    if (step === '*') return value;
    return typeof step === 'number' && step < value.length ? [value[step]!] : [];
  }
  if (!isObject(value)) return [];
  if (step === '*') return Object.values(value);
  return Object.hasOwn(value, step) ? [value[step]!] : [];
}
