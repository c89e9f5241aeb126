import {
  type Defs,
  diffContracts,
  pruneDefs,
  type RouteContract,
  type Schema,
} from '@gati/contract';
import type { PlaygroundContract, PlaygroundRoute } from '../../api/playground.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';
import { findContract } from './find-contract.ts';

/** A route with its schemas and examples, in the code that runs now or in a requested version. */
export const playgroundRoute: Endpoint = defineEndpoint(
  'playground/route',
  ['id', 'version'],
  async (context, { id, version }): Promise<PlaygroundRoute> => {
    const route = context.app.routes.find((each) => each.id === id);
    if (!route) throw new PanelError(404, 'not_found', 'The app has no such route.');
    const { contract, $defs, unknown } = await withGatiErrors(() =>
      findContract(context, route, version),
    );
    const { method, path, domain, file, contract: now } = route;
    return {
      id: route.id,
      method,
      path,
      domain,
      file,
      ...(contract?.summary !== undefined && { summary: contract.summary }),
      ...(contract && { contract: toPlaygroundContract(contract) }),
      $defs: contract ? pruneDefs(schemasOf(contract), $defs) : {},
      ...(unknown !== undefined && { unknownVersion: unknown }),
      ...(contract &&
        now &&
        contract !== now && {
          difference: diffContracts(alone(contract, $defs), alone(now, context.app.$defs)),
        }),
    };
  },
);

const alone = (route: RouteContract, $defs: Defs): Parameters<typeof diffContracts>[0] => ({
  routes: [route],
  effects: [],
  modules: [],
  $defs,
});

function toPlaygroundContract(route: RouteContract): PlaygroundContract {
  const { params, query, headers, body, responses, receive, send, security } = route;
  return {
    responses,
    ...(params && { params }),
    ...(query && { query }),
    ...(headers && { headers }),
    ...(body && { body }),
    ...(receive && { receive }),
    ...(send && { send }),
    ...(security && { security }),
  };
}

function schemasOf({
  params,
  query,
  headers,
  body,
  responses,
  receive,
  send,
}: RouteContract): Schema[] {
  const answers = Object.values(responses).map(({ schema }) => schema);
  return [params, query, headers, body?.schema, receive, send, ...answers].filter(
    (schema) => schema !== undefined,
  );
}
