import { explain } from '@gati/runtime-h3/browser';
import type { JsonValue, Schema } from '@gati/contract';
import { lookUpIn, textFormOf } from '@gati/contract/internal';
import type { PlaygroundRoute } from '../../api/playground.ts';
import type { BuiltRequest, Surroundings } from './build-request.ts';
import type { FieldPart } from './draft.ts';
import { isObject } from './json.ts';

/** A value of a request that the contract does not accept. */
export interface Issue {
  part: FieldPart | 'body';
  /** JSON Pointer into the part. */
  pointer: string;
  message: string;
  rule: string;
}

/** Checks a request with the rules of the server. */
export function checkDraft(
  { values, missing }: BuiltRequest,
  { contract, $defs }: PlaygroundRoute,
  files: Surroundings['files'],
): Issue[] {
  if (!contract) return [];
  const issues: Issue[] = [];
  const check = (part: Issue['part'], schema: Schema | undefined, value: JsonValue | undefined) => {
    if (!schema || value === undefined) return;
    for (const { path, message, rule } of explain(schema, $defs, value, part))
      issues.push({ part, pointer: path, message, rule });
  };
  for (const part of ['params', 'query', 'headers'] as const)
    check(part, contract[part], withEmptyLists(contract[part], values[part], $defs));
  const { body } = contract;
  if (body && values.body !== undefined) check('body', body.schema, withFiles(values.body, files));
  // A variable without a value is reported as such.
  return missing.length === 0 ? issues : issues.filter(({ rule }) => rule === 'required');
}

/** The server reads an absent list as the empty one, and `null` likewise. */
function withEmptyLists(
  schema: Schema | undefined,
  value: JsonValue | undefined,
  $defs: PlaygroundRoute['$defs'],
): JsonValue | undefined {
  if (!isObject(value)) return value;
  const filled: Record<string, JsonValue> = { ...value };
  for (const [name, field] of Object.entries(schema?.properties ?? {})) {
    if (Object.hasOwn(filled, name)) continue;
    const form = textFormOf(field, 'query', lookUpIn($defs));
    if (form.isEmptyAbsent && schema?.required?.includes(name)) filled[name] = [];
    else if (form.isNullAbsent && schema?.required?.includes(name)) filled[name] = null;
  }
  return filled;
}

function withFiles(value: JsonValue, files: Surroundings['files']): JsonValue {
  if (!isObject(value)) return value;
  const chosen = Object.entries(files)
    .filter(([, list]) => list.length > 0)
    .map(([name, list]) => [name, list.length === 1 ? list[0] : list] as const);
  return { ...value, ...Object.fromEntries(chosen) } as JsonValue;
}
