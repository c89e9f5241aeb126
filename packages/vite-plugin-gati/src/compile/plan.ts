import {
  hasCodec,
  type Defs,
  type EffectContract,
  type RouteContract,
  type Schema,
  walkSchema,
} from '@gati/contract';
import { isJsonMediaType } from '@gati/contract/internal';
import type { CheckProgram } from './check-program.ts';

/**
 * Which unit checks or serialises each part of a route. Plain data: `compileChecks` turns units
 * into functions, `printRoute` into names.
 */
export interface RoutePlan {
  input: Partial<Record<'params' | 'query' | 'headers' | 'body' | 'receive', InputPlan>>;
  /** By status. */
  output: Record<string, OutputPlan>;
}

export interface InputPlan {
  /** Absent if every value fits. */
  check?: string;
  codecs: boolean;
}

export interface OutputPlan {
  check?: string;
  stringify?: string;
}

const PARTS = ['params', 'query', 'headers', 'receive'] as const;

export function planRoute(route: RouteContract, $defs: Defs, program: CheckProgram): RoutePlan {
  const input: RoutePlan['input'] = {};
  for (const part of PARTS) {
    const schema = route[part];
    if (schema) input[part] = planInput(schema, $defs, program);
  }
  if (route.body) input.body = planInput(route.body.schema, $defs, program);
  const output: RoutePlan['output'] = {};
  for (const [status, { schema, contentType, stream, declared }] of Object.entries(
    route.responses,
  )) {
    const isJson =
      schema !== undefined && !stream && contentType !== undefined && isJsonMediaType(contentType);
    const plan: OutputPlan = {};
    if (isJson) {
      const stringify = program.stringify(schema);
      if (stringify !== undefined) plan.stringify = stringify;
      const check = declared ? program.check(schema) : undefined;
      if (check !== undefined) plan.check = check;
    }
    output[status] = plan;
  }
  return { input, output };
}

export function planEffect(
  { payload }: EffectContract,
  $defs: Defs,
  program: CheckProgram,
): InputPlan | undefined {
  return payload && planInput(payload, $defs, program);
}

function planInput(schema: Schema, $defs: Defs, program: CheckProgram): InputPlan {
  const check = program.check(schema);
  return {
    ...(check === undefined ? {} : { check }),
    codecs: hasCodec(schema, $defs) || hasDefault(schema, $defs),
  };
}

/** The decoder of codecs fills in defaults too. */
function hasDefault(schema: Schema, $defs: Defs, seen: Set<string> = new Set()): boolean {
  let found = false;
  walkSchema(schema, (part) => {
    if (part.default !== undefined) found = true;
    const name = part.$ref?.slice('#/$defs/'.length);
    if (found || name === undefined || seen.has(name)) return;
    seen.add(name);
    found = hasDefault($defs[name] ?? {}, $defs, seen);
  });
  return found;
}
