import type { EffectContract, MethodContract, ModuleContract, RouteContract } from '../contract.ts';
import type { Schema } from '../schema/ir.ts';
import { mapValues } from '../schema/walk.ts';

const ROUTE_PARTS = ['params', 'query', 'headers', 'receive', 'send'] as const;
const EFFECT_PARTS = ['payload', 'result'] as const;

/** Returns all schemas of a route. */
export function routeSchemas(route: RouteContract): Schema[] {
  const found = [
    ...ROUTE_PARTS.map((part) => route[part]),
    route.body?.schema,
    ...Object.values(route.responses).flatMap(({ schema, headers }) => [schema, headers]),
  ];
  return found.filter((schema) => schema !== undefined);
}

/** Returns all schemas of an effect. */
export function effectSchemas(effect: EffectContract): Schema[] {
  return EFFECT_PARTS.map((part) => effect[part]).filter((schema) => schema !== undefined);
}

/** Returns all schemas of a module. */
export function moduleSchemas({ methods = [] }: ModuleContract): Schema[] {
  return methods.flatMap(({ input, output }) =>
    [input, output].filter((schema) => schema !== undefined),
  );
}

/**
 * Returns a copy of the route with each schema replaced by `change(schema)`. The responses are in
 * ascending order of status, `default` last.
 */
export function mapRoute(route: RouteContract, change: (schema: Schema) => Schema): RouteContract {
  const copy: RouteContract = { ...route };
  for (const part of ROUTE_PARTS) {
    const schema = route[part];
    if (schema) copy[part] = change(schema);
  }
  if (route.body) copy.body = { ...route.body, schema: change(route.body.schema) };
  // JavaScript orders integer keys first and ascending, so `default` comes last.
  copy.responses = mapValues(route.responses, ({ schema, headers, ...response }) => ({
    ...(schema && { schema: change(schema) }),
    ...response,
    ...(headers && { headers: change(headers) }),
  }));
  return copy;
}

/** Returns a copy of the effect with each schema replaced by `change(schema)`. */
export function mapEffect(
  effect: EffectContract,
  change: (schema: Schema) => Schema,
): EffectContract {
  const copy: EffectContract = { ...effect };
  for (const part of EFFECT_PARTS) {
    const schema = effect[part];
    if (schema) copy[part] = change(schema);
  }
  return copy;
}

/** Returns a copy of the module with each schema replaced by `change(schema)`. */
export function mapModule(
  module: ModuleContract,
  change: (schema: Schema) => Schema,
): ModuleContract {
  if (module.methods === undefined) return module;
  const methods = module.methods.map(({ name, input, output, ...rest }): MethodContract => ({
    name,
    ...(input && { input: change(input) }),
    ...(output && { output: change(output) }),
    ...rest,
  }));
  return { ...module, methods };
}
