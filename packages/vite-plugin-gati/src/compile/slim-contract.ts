import {
  type Contract,
  effectSchemas,
  mapEffect,
  mapModule,
  mapRoute,
  mapSchema,
  moduleSchemas,
  pruneDefs,
  routeSchemas,
  type Schema,
} from '@gati/contract';
import { ANNOTATIONS } from '@gati/contract/internal';

/**
 * `readOnly` and `writeOnly` are descriptions too, because the server checks neither. The server
 * needs `default`.
 */
const DOCUMENTATION: ReadonlySet<string> = new Set([...ANNOTATIONS, 'readOnly', 'writeOnly']);

const withoutDocumentation = (schema: Schema): Schema =>
  mapSchema(schema, (part) =>
    Object.fromEntries(Object.entries(part).filter(([key]) => !DOCUMENTATION.has(key))),
  );

/**
 * Returns the parts of a contract that the server needs to explain an invalid request, or an
 * invalid declared response.
 */
export function toSlimContract(contract: Contract): Contract {
  const routes = contract.routes.map((route) => {
    const { summary: _, description: __, ...rest } = mapRoute(route, withoutDocumentation);
    // The server checks, and so explains, declared responses only.
    const responses = Object.entries(rest.responses)
      .filter(([, { declared }]) => declared)
      .map(([status, { headers: ___, ...response }]) => [status, response] as const);
    return { ...rest, responses: Object.fromEntries(responses) };
  });
  const effects = contract.effects.map((effect) => {
    const { result: _, ...rest } = mapEffect(effect, withoutDocumentation);
    return rest;
  });
  const modules = contract.modules.map((module) => mapModule(module, withoutDocumentation));
  const $defs = Object.fromEntries(
    Object.entries(contract.$defs).map(([name, schema]) => [name, withoutDocumentation(schema)]),
  );
  return {
    routes,
    effects,
    modules,
    $defs: pruneDefs(
      [
        ...routes.flatMap(routeSchemas),
        ...effects.flatMap(effectSchemas),
        ...modules.flatMap(moduleSchemas),
      ],
      $defs,
    ),
  };
}
