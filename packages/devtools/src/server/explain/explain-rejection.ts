import { type RouteContract, toDeclarations, toTypeScript } from '@gati/contract';
import type { LogRecord, RequestRecord } from '@gati/runtime-h3/telemetry';
import type { Explanation, Violation } from '../../api/explain.ts';
import type { AppFacts, RouteFacts } from '../app-facts.ts';
import { matchesTemplate } from '../match-template.ts';
import { exampleOf } from '../../api/example.ts';

/** Message of the log line that names the rules: see `respondError` of the runtime. */
const REJECTED = 'a request was rejected';
const MAX_HINTS = 5;

/** Explains a 4xx by the log line of its rules and by the contract of its route. */
export function explainRejection(
  { method, path, route, status }: RequestRecord,
  logs: readonly LogRecord[],
  app: AppFacts,
): Omit<Explanation, 'releases'> {
  const line = logs.find(({ message }) => message === REJECTED);
  const code = line?.fields['code'];
  const violations = readViolations(line);
  const taken = app.routes.find((each) => each.method === method && isRoute(each, route, app));
  return {
    status,
    method,
    path,
    ...(typeof code === 'string' && { code }),
    violations,
    expected: taken?.contract ? describeParts(taken.contract, app) : [],
    ...describe({ method, path, status, violations, taken }, app),
    ...(taken?.contract && { curl: toCurl(taken.contract, taken, app) }),
  };
}

/** Telemetry has the path template without the base. */
const isRoute = ({ path }: RouteFacts, route: string, { base }: AppFacts): boolean =>
  route !== '' && (path === route || path === base + route);

function readViolations(line: LogRecord | undefined): Violation[] {
  const errors = line?.fields['errors'];
  if (!Array.isArray(errors)) return [];
  return errors.slice(0, 20).flatMap((error: unknown): Violation[] => {
    const { in: part, path, message, rule } = (error ?? {}) as Record<string, unknown>;
    if (typeof part !== 'string' || typeof path !== 'string') return [];
    return [{ in: part, pointer: path, message: String(message), rule: String(rule) }];
  });
}

interface Rejected {
  method: string;
  path: string;
  status: number;
  violations: readonly Violation[];
  taken: RouteFacts | undefined;
}

function describe(
  { method, path, status, violations, taken }: Rejected,
  app: AppFacts,
): Pick<Explanation, 'reason' | 'hints'> {
  const others = app.routes.filter((route) =>
    matchesTemplate(route.path, path.split(/[?#]/, 1)[0]!),
  );
  switch (status) {
    case 400:
      return violations.length > 0
        ? { reason: 'The request does not match the contract of its route.', hints: [] }
        : {
            reason: 'The request is malformed, or does not match the contract of its route.',
            hints: ['The rules are in the log at the level debug: set GATI_LOG_LEVEL=debug.'],
          };
    case 401:
    case 403:
      return {
        reason:
          status === 401 ? 'The request has no valid credentials.' : 'A guard refused the request.',
        hints: [
          `The route declares ${taken?.credentials ?? 'no credentials'}.`,
          ...(taken?.guards ?? []).map((file) => `Guard: ${file}`),
        ],
      };
    case 404:
      if (taken)
        return { reason: `The handler of ${taken.id} responded 404.`, hints: [taken.file] };
      return {
        reason: 'No route has this path.',
        hints: nearest(path, app).map((route) => `Near: ${route.method} ${route.path}`),
      };
    case 405:
      return {
        reason: `The path has no route with the method ${method}.`,
        hints: others.map((route) => `It has ${route.method} ${route.path}`).slice(0, MAX_HINTS),
      };
    case 406:
      return { reason: 'No release has the requested version.', hints: [] };
    case 410:
      return { reason: 'The requested release is retired.', hints: [] };
    case 413:
      return {
        reason: 'The body is larger than the limit.',
        hints: ['GATI_LIMITS sets bodyBytes.'],
      };
    case 415:
      return {
        reason: 'The content type of the body is not one that the route takes.',
        hints: [`It takes ${taken?.contract?.body?.contentTypes.join(', ') ?? 'no body'}.`],
      };
    case 499:
      return { reason: 'The client left before the response.', hints: [] };
    default:
      return {
        reason: taken ? `The handler responded ${status}.` : `The server responded ${status}.`,
        hints: taken ? [taken.file] : [],
      };
  }
}

/** Returns the routes that have the most segments of a path at their place. */
function nearest(path: string, { routes }: AppFacts): RouteFacts[] {
  const given = path.split(/[?#]/, 1)[0]!.split('/');
  const score = ({ path: template }: RouteFacts): number => {
    const wanted = template.split('/');
    const same = wanted.filter((part, index) => part !== '' && part === given[index]).length;
    return same - Math.abs(wanted.length - given.length) / 2;
  };
  return routes
    .map((route) => ({ route, score: score(route) }))
    .filter((each) => each.score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, MAX_HINTS)
    .map(({ route }) => route);
}

function describeParts(contract: RouteContract, { $defs }: AppFacts): Explanation['expected'] {
  const { params, query, headers, body } = contract;
  const parts = { params, query, headers, body: body?.schema };
  const schemas = Object.values(parts).filter((schema) => schema !== undefined);
  const declarations = toDeclarations($defs, { request: schemas, response: [] });
  return Object.entries(parts).flatMap(([part, schema]) => {
    if (schema === undefined) return [];
    const example = exampleOf(schema, $defs);
    const type = toTypeScript(schema, { direction: 'request', nameOf: declarations.request });
    return [{ part, type, ...(example !== undefined && { example }) }];
  });
}

/** A request that the contract accepts, made of examples. */
function toCurl(
  { params, query, headers, body }: RouteContract,
  { method, path }: RouteFacts,
  { $defs }: AppFacts,
): NonNullable<Explanation['curl']> {
  const examples = (schema: RouteContract['params']): Record<string, unknown> =>
    (schema && (exampleOf(schema, $defs) as Record<string, unknown> | undefined)) || {};
  const fields = examples(params);
  const filled = path.replaceAll(/:(\w+)/g, (_whole, name: string) =>
    encodeURIComponent(String(fields[name] ?? '1')),
  );
  const search = new URLSearchParams(
    Object.entries(examples(query)).map(([name, value]): [string, string] => [name, String(value)]),
  );
  const example = body && exampleOf(body.schema, $defs);
  return {
    method: method === 'WS' ? 'GET' : method,
    path: search.size > 0 ? `${filled}?${search}` : filled,
    headers: {
      ...Object.fromEntries(
        Object.entries(examples(headers)).map(([name, value]) => [name, String(value)]),
      ),
      ...(body && { 'content-type': body.contentTypes[0] ?? 'application/json' }),
    },
    ...(example !== undefined && { body: example }),
  };
}
