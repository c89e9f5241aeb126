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
import { tightenSchema } from './tighten-schema.ts';
import type { RouteValues, SchemaValues } from './trust.ts';

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
  /**
   * The handler's file exports a schema value for this part. It decides, except for values that `check`
   * accepts; `never` means that `check` accepts none.
   */
  value?: 'checked' | 'never';
}

export interface OutputPlan {
  check?: string;
  stringify?: string;
  /** A schema value validates instead of `check`. */
  value?: true;
}

const PARTS = ['params', 'query', 'headers', 'receive'] as const;

export function planRoute(
  route: RouteContract,
  $defs: Defs,
  program: CheckProgram,
  values: RouteValues = { parts: [], trust: {} },
): RoutePlan {
  const input: RoutePlan['input'] = {};
  for (const part of PARTS) {
    const schema = route[part];
    if (schema) input[part] = planPart(part, schema, $defs, program, values);
  }
  if (route.body) input.body = planPart('body', route.body.schema, $defs, program, values);
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
      if (values.responses?.includes(status)) plan.value = true;
      else {
        const check = declared ? program.check(schema) : undefined;
        if (check !== undefined) plan.check = check;
      }
    }
    output[status] = plan;
  }
  return { input, output };
}

export function planEffect(
  { payload }: EffectContract,
  $defs: Defs,
  program: CheckProgram,
  values: SchemaValues = { parts: [], trust: {} },
): InputPlan | undefined {
  const isDecided = values.parts.includes('payload');
  if (payload === undefined && !isDecided) return undefined;
  return planPart('payload', payload ?? {}, $defs, program, values);
}

/**
 * Plans a part that a schema value may decide. Undeclared params and headers reach the handler in
 * any case.
 */
function planPart(
  part: string,
  schema: Schema,
  $defs: Defs,
  program: CheckProgram,
  { parts, trust }: SchemaValues,
): InputPlan {
  if (!parts.includes(part)) return planInput(schema, $defs, program);
  const trusted = trust[part];
  if (trusted === undefined) return { codecs: false, value: 'never' };
  const topLevel = part !== 'params' && part !== 'headers';
  const plan = planInput(tightenSchema(schema, trusted, topLevel), $defs, program);
  return { ...plan, value: 'checked' };
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
