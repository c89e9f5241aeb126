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
import { ANNOTATIONS, secretParts } from '@gati/contract/internal';

/**
 * `readOnly` is a description too, because the server does not check it. The server needs `default`,
 * and the keywords that mark secrets.
 */
const DOCUMENTATION: ReadonlySet<string> = new Set([...ANNOTATIONS, 'readOnly']);

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
    // The server checks, and so explains, declared responses only. Of the others it needs the parts
    // that telemetry hides.
    const responses = Object.entries(rest.responses).flatMap(([status, response]) => {
      const { headers: ___, ...declared } = response;
      if (response.declared) return [[status, declared] as const];
      const schema = secretParts(response.schema, contract.$defs);
      return schema === undefined ? [] : [[status, { schema }] as const];
    });
    return { ...rest, responses: Object.fromEntries(responses) };
  });
  const effects = contract.effects.map((effect) => {
    const { result, ...rest } = mapEffect(effect, withoutDocumentation);
    const secret = secretParts(result, contract.$defs);
    return { ...rest, ...(secret && { result: secret }) };
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
