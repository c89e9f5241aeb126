import type { Defs, RouteContract, Schema, SecurityRequirement } from '@gati/contract';
import { toRouterPath } from '@gati/contract/internal';
import { addRoute, createRouter } from 'rou3';
import { compileRouter } from 'rou3/compiler';
import { Format } from 'typebox/format';
import { Compile } from 'typebox/schema';
import { formats } from '../../src/validate/formats.ts';
import type { StandardSchema } from '../../src/types/standard-schema.ts';
import type {
  GlobalContext,
  Guard,
  Handler,
  Middleware,
  SocketHooks,
} from '../../src/types/context.ts';
import {
  ABI,
  type BodyCheck,
  type InputCheck,
  type LoadedRoute,
  type OutputCheck,
  type ReleaseBundle,
  type BundleRoute,
} from '../../src/types/bundle.ts';

for (const [name, test] of Object.entries(formats)) Format.Set(name, test);

export interface TestRoute {
  handler?: Handler;
  socket?: SocketHooks;
  guards?: Guard[];
  guardPlaces?: string[];
  security?: SecurityRequirement;
  middleware?: Middleware[];
  middlewareFiles?: string[];
  params?: Schema;
  query?: Schema;
  headers?: Schema;
  body?: Schema;
  contentTypes?: string[];
  /** Schema value that validates the body. */
  validator?: StandardSchema;
  optional?: boolean;
  allowCrossSite?: boolean;
  receive?: Schema;
  output?: Record<string, OutputCheck>;
  /** Loads asynchronously, as development does. */
  lazy?: boolean;
}

export function check(schema: Schema, $defs: Defs = {}): InputCheck['check'] {
  const validator = Compile({ ...schema, $defs } as never);
  return (value) => validator.Check(value);
}

/** Makes a release: routes by id, checks compiled by TypeBox, the route table by rou3. */
export function bundle(
  routes: Record<string, TestRoute>,
  $defs: Defs = {},
  version = '1.2.3',
): ReleaseBundle {
  const router = createRouter<BundleRoute>();
  const input = (schema: Schema | undefined): InputCheck | undefined =>
    schema && { schema, check: check(schema, $defs) };
  const bundleRoutes = Object.entries(routes).map(([id, route]): BundleRoute => {
    const [method = '', path = ''] = id.split(' ');
    const body =
      route.body &&
      ({
        ...input(route.body),
        ...(route.validator && { validator: route.validator }),
        contentTypes: route.contentTypes ?? ['application/json'],
        required: route.optional !== true,
      } as BodyCheck);
    const live: LoadedRoute = {
      handler: route.handler,
      socket: route.socket,
      ...(route.guards && { guards: route.guards, guardPlaces: route.guardPlaces }),
      middleware: route.middleware ?? [],
      ...(route.middlewareFiles && { middlewareFiles: route.middlewareFiles }),
      input: {
        params: input(route.params),
        query: input(route.query),
        headers: input(route.headers),
        body,
        receive: input(route.receive),
      },
      output: route.output ?? {},
    };
    const bundleRoute: BundleRoute = {
      id,
      method,
      path,
      domain: 'root',
      allowCrossSite: route.allowCrossSite,
      load: () => (route.lazy ? Promise.resolve(live) : live),
    };
    addRoute(router, method, toRouterPath(path), bundleRoute);
    return bundleRoute;
  });
  return {
    abi: ABI,
    version,
    id: 'rel_0123456789abcdef',
    contract: {
      routes: Object.entries(routes).map(([id, route], index) =>
        toContract(id, route, bundleRoutes[index] as BundleRoute),
      ),
      effects: [],
      modules: [],
      $defs,
    },
    routes: bundleRoutes,
    match: compileRouter(router),
    modules: {},
    effects: {},
  };
}

function toContract(id: string, route: TestRoute, { method, path }: BundleRoute): RouteContract {
  return {
    id,
    method: method as RouteContract['method'],
    path,
    domain: 'root',
    name: [id],
    file: 'x.ts',
    responses: {},
    ...(route.security && { security: route.security }),
    headers: route.headers,
  };
}

export function context(release: ReleaseBundle, logged: unknown[] = []): GlobalContext {
  const log = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void logged.push({ level, message, ...fields });
  return {
    modules: {},
    effects: { enqueue: () => Promise.reject(new Error('no queue')) },
    db: undefined as never,
    storage: undefined as never,
    config: {},
    state: new Map(),
    release: { version: release.version, id: release.id, deployedAt: new Date(0) },
    instance: { id: 'test', region: undefined, zone: undefined },
    logger: {
      trace: log('trace'),
      debug: log('debug'),
      info: log('info'),
      warn: log('warn'),
      error: log('error'),
    },
    signal: new AbortController().signal,
    // The pipeline passes the context on and reads only its logger.
  } as unknown as GlobalContext;
}
