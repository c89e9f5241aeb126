/** The types of a contract, as JSON has them. */
interface ContractTypes {
  routes: Record<string, RouteTypes>;
  effects: Record<string, unknown>;
}

interface RouteTypes {
  params: unknown;
  query: unknown;
  headers: unknown;
  body: unknown;
  response: { status: number; body: unknown };
}

type RequestOf<Route extends RouteTypes> = Pick<Route, 'params' | 'query' | 'headers' | 'body'>;
type ResponseOf<Route extends RouteTypes> = {
  status?: Route['response']['status'];
  body?: Route['response']['body'];
};

interface Step<From extends RouteTypes, To extends RouteTypes> {
  /** The old request as the new route takes it; what is left out stays as it was. */
  up?(request: RequestOf<From>): Partial<RequestOf<To>> | Promise<Partial<RequestOf<To>>>;
  /** The new answer as the old route gave it. */
  down?(response: To['response']): ResponseOf<From> | Promise<ResponseOf<From>>;
}

interface MovedTo<Id, From extends RouteTypes, To extends RouteTypes> extends Step<From, To> {
  /** Its id in the newer release. */
  to: Id;
}

type Moved<From extends RouteTypes, To extends ContractTypes> = {
  [Id in keyof To['routes']]: MovedTo<Id, From, To['routes'][Id]>;
}[keyof To['routes']];

interface CheckedMigration<From extends ContractTypes, To extends ContractTypes> {
  /** Routes that have the same id in both releases; what is not here is the same in all. */
  routes?: {
    [Id in keyof From['routes'] & keyof To['routes']]?: Step<From['routes'][Id], To['routes'][Id]>;
  };
  /** By their old id. */
  moved?: { [Id in keyof From['routes']]?: Moved<From['routes'][Id], To> };
  /** What old releases queued, as the new effect takes it. */
  effects?: {
    [Name in keyof From['effects']]?: (
      payload: From['effects'][Name],
    ) => Name extends keyof To['effects']
      ? To['effects'][Name] | Promise<To['effects'][Name]>
      : unknown;
  };
}

/* oxlint-disable typescript/no-explicit-any -- nothing is known of the contracts, and a migration that is right must not have errors then */
interface UncheckedMigration {
  routes?: Record<string, { up?(request: any): any; down?(response: any): any }>;
  moved?: Record<string, { to: string; up?(request: any): any; down?(response: any): any }>;
  effects?: Record<string, (payload: any) => any>;
}
/* oxlint-enable typescript/no-explicit-any */

/** A migration between two contracts; one whose contracts are not at hand is not checked. */
export type MigrationOf<Contracts> = Contracts extends {
  from: infer From extends ContractTypes;
  to: infer To extends ContractTypes;
}
  ? CheckedMigration<From, To>
  : UncheckedMigration;
