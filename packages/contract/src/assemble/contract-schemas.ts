import type { EffectContract, RouteContract } from '../contract.ts';
import type { Schema } from '../schema/ir.ts';
import { mapValues } from '../schema/walk.ts';

const ROUTE_PARTS = ['params', 'query', 'headers', 'receive', 'send'] as const;
const EFFECT_PARTS = ['payload', 'result'] as const;

/** All schemas of a route. */
export function routeSchemas(route: RouteContract): Schema[] {
  const found = [
    ...ROUTE_PARTS.map((slot) => route[slot]),
    route.body?.schema,
    ...Object.values(route.responses).map(({ schema }) => schema),
  ];
  return found.filter((schema) => schema !== undefined);
}

/** All schemas of an effect. */
export function effectSchemas(effect: EffectContract): Schema[] {
  return EFFECT_PARTS.map((slot) => effect[slot]).filter((schema) => schema !== undefined);
}

/** A copy of the route with each of its schemas changed and its responses in order: ascending, `default` last. */
export function mapRoute(route: RouteContract, change: (schema: Schema) => Schema): RouteContract {
  const copy: RouteContract = { ...route };
  for (const slot of ROUTE_PARTS) {
    const schema = route[slot];
    if (schema) copy[slot] = change(schema);
  }
  if (route.body) copy.body = { ...route.body, schema: change(route.body.schema) };
  // Integer keys of an object come first and ascending by themselves, so `default` is last.
  copy.responses = mapValues(route.responses, (response) =>
    response.schema ? { ...response, schema: change(response.schema) } : response,
  );
  return copy;
}

/** A copy of the effect with each of its schemas changed. */
export function mapEffect(
  effect: EffectContract,
  change: (schema: Schema) => Schema,
): EffectContract {
  const copy: EffectContract = { ...effect };
  for (const slot of EFFECT_PARTS) {
    const schema = effect[slot];
    if (schema) copy[slot] = change(schema);
  }
  return copy;
}
