/** Types of a contract as JSON: a `Date` is a string. */
interface ContractTypes {
  routes: Record<string, RouteTypes>;
  effects: Record<string, unknown>;
}

interface RouteTypes {
  request: RequestTypes;
  response: ResponseTypes;
}

interface RequestTypes {
  params: unknown;
  query: unknown;
  headers: unknown;
  body: unknown;
}

interface ResponseTypes {
  status: number;
  body: unknown;
}

/** Parts of a response of the old route. */
interface ResponseParts<Old extends ResponseTypes> {
  status?: Old['status'];
  body?: Old['body'];
}

/**
 * A response that does not occur. TypeScript narrows only unions, so with it the else branch of
 * `response.status === 200` type-checks also if 200 is the only status of the route.
 */
interface NoResponse {
  status: -1;
  body: never;
}

/**
 * Return type of `down`. A response whose status the old route does not have may be returned
 * unchanged.
 */
type DownOf<Old extends ResponseTypes, New extends ResponseTypes> =
  | ResponseParts<Old>
  | NoResponse
  | Exclude<New, { status: Old['status'] }>;

interface Step<From extends RouteTypes, To extends RouteTypes> {
  /**
   * Converts a request of the old route. Returns the parts that the new route takes differently;
   * all others stay as they are.
   */
  up?(request: From['request']): Partial<To['request']> | Promise<Partial<To['request']>>;
  /**
   * Converts a response of the new route. Returns the parts that the old route gave differently.
   * Runs for every response of the route, so check the status first.
   */
  down?(
    response: To['response'] | NoResponse,
  ): DownOf<From['response'], To['response']> | Promise<DownOf<From['response'], To['response']>>;
}

interface MovedTo<Id, From extends RouteTypes, To extends RouteTypes> extends Step<From, To> {
  /** Id of the route in the newer release. */
  to: Id;
}

type Moved<From extends RouteTypes, To extends ContractTypes> = {
  [Id in keyof To['routes']]: MovedTo<Id, From, To['routes'][Id]>;
}[keyof To['routes']];

interface CheckedMigration<From extends ContractTypes, To extends ContractTypes> {
  /**
   * Routes with the same id in both releases. A route in neither `routes` nor `moved` is unchanged.
   */
  routes?: {
    [Id in keyof From['routes'] & keyof To['routes']]?: Step<From['routes'][Id], To['routes'][Id]>;
  };
  /** Routes with another id in the newer release, by their old id. */
  moved?: { [Id in keyof From['routes']]?: Moved<From['routes'][Id], To> };
  /** By effect name: converts a payload that the old release enqueued. */
  effects?: {
    [Name in keyof From['effects']]?: (
      payload: From['effects'][Name],
    ) => Name extends keyof To['effects']
      ? To['effects'][Name] | Promise<To['effects'][Name]>
      : unknown;
  };
}

/* oxlint-disable typescript/no-explicit-any -- without contracts a correct migration must not have errors */
interface UncheckedMigration {
  routes?: Record<string, { up?(request: any): any; down?(response: any): any }>;
  moved?: Record<string, { to: string; up?(request: any): any; down?(response: any): any }>;
  effects?: Record<string, (payload: any) => any>;
}
/* oxlint-enable typescript/no-explicit-any */

/**
 * Type of a migration between two contracts. `unknown`, while the contracts are unavailable, checks
 * nothing. The global type `Migration` refers to it.
 *
 * @example
 * export default {
 *   routes: { 'POST /payments': { up: ({ body }) => ({ body: { amount: body.cents / 100 } }) } },
 * } satisfies Migration<'1.x'>;
 */
export type MigrationOf<Contracts> = Contracts extends {
  from: infer From extends ContractTypes;
  to: infer To extends ContractTypes;
}
  ? CheckedMigration<From, To>
  : UncheckedMigration;
