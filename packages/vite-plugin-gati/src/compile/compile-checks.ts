import {
  type Defs,
  type EffectContract,
  mapEffect,
  type RouteContract,
  type Schema,
  sortSchema,
} from '@gati/contract';
import {
  codePointCount,
  isFile,
  isFormat,
  isMultipleOf,
  isUnique,
  json,
  once,
  quote,
} from '@gati/runtime-h3/checks';
import type { InputCheck, LoadedRoute, StandardSchema } from '@gati/runtime-h3/app';
import { createCheckProgram, HELPERS, type CheckProgram } from './check-program.ts';
import { type InputPlan, planEffect, planRoute } from './plan.ts';
import type { RouteValues, SchemaValues } from './trust.ts';

/** Compiles the checks of a route: evaluates the same code that the build prints. */
export function compileChecks(
  route: RouteContract,
  $defs: Defs,
  values?: RouteValues,
  exports: Record<string, unknown> = {},
): Pick<LoadedRoute, 'input' | 'output'> {
  const program = createCheckProgram($defs);
  const plan = planRoute(route, $defs, program, values);
  const units = evaluate(program);
  const input: LoadedRoute['input'] = {};
  for (const part of ['params', 'query', 'headers', 'receive'] as const) {
    const [found, schema] = [plan.input[part], route[part]];
    if (found && schema)
      input[part] = { schema, ...toInput(found, units), ...validatorOf(part, found, exports) };
  }
  if (plan.input.body && route.body)
    input.body = {
      ...route.body,
      ...toInput(plan.input.body, units),
      ...validatorOf('body', plan.input.body, exports),
    };
  const output: LoadedRoute['output'] = {};
  for (const [status, { check, stringify, value }] of Object.entries(plan.output)) {
    const { schema, contentType } = route.responses[status] ?? {};
    output[status] = {
      // The schema explains what a check rejected, so it comes with a check only.
      ...(check === undefined || schema === undefined
        ? {}
        : { schema, check: units[check] as (value: unknown) => boolean }),
      ...(contentType === undefined ? {} : { contentType }),
      ...(stringify === undefined
        ? {}
        : { stringify: units[stringify] as (value: unknown) => string }),
      ...(value && {
        validator: (exports['responses'] as Record<string, StandardSchema>)[status]!,
      }),
    };
  }
  return { input, output };
}

/** Compiles the check of one schema; `undefined` if every value fits. */
export function compileSchema(
  schema: Schema,
  $defs: Defs,
): ((value: unknown) => boolean) | undefined {
  const program = createCheckProgram($defs);
  const unit = program.check(schema);
  if (unit === undefined) return undefined;
  return evaluate(program)[unit] as (value: unknown) => boolean;
}

/** The result of an analysis for the payload of an effect. */
interface AnalyzedPayload {
  contract: EffectContract;
  $defs: Defs;
  values?: SchemaValues;
}

/** Compiles the check of an effect's payload; `undefined` for an effect without one. */
export function compilePayload(
  analyzed: AnalyzedPayload,
  exports: Record<string, unknown>,
): InputCheck | undefined {
  const { values } = analyzed;
  const contract = mapEffect(analyzed.contract, sortSchema);
  const $defs = Object.fromEntries(
    Object.entries(analyzed.$defs).map(([name, schema]) => [name, sortSchema(schema)]),
  );
  const program = createCheckProgram($defs);
  const plan = planEffect(contract, $defs, program, values);
  return (
    plan && {
      schema: contract.payload ?? {},
      ...toInput(plan, evaluate(program)),
      ...validatorOf('payload', plan, exports),
    }
  );
}

type Units = Record<string, (value: unknown) => unknown>;

function validatorOf(
  part: string,
  { value }: InputPlan,
  exports: Record<string, unknown>,
): Pick<InputCheck, 'validator'> {
  return value === undefined ? {} : { validator: exports[part] as StandardSchema };
}

function toInput(
  { check, codecs, value }: InputPlan,
  units: Units,
): Pick<InputCheck, 'check' | 'codecs'> {
  return {
    check:
      check === undefined ? () => value !== 'never' : (units[check] as (value: unknown) => boolean),
    codecs,
  };
}

const helpers: Record<(typeof HELPERS)[number], unknown> = {
  codePointCount,
  isFile,
  isFormat,
  isMultipleOf,
  isUnique,
  json,
  once,
  quote,
};

function evaluate(program: CheckProgram): Units {
  // oxlint-disable-next-line no-implied-eval -- the code is this package's own, made from schemas
  const create = new Function(
    ...HELPERS,
    `${program.print()}return { ${program.units.join(', ')} }`,
  ) as (...helpers: unknown[]) => Units;
  return create(...HELPERS.map((name) => helpers[name]));
}
