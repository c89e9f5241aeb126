import type { TelemetrySource } from '@gati/runtime-h3/telemetry';
import type { AppFacts } from './app-facts.ts';
import type { Redrives } from './effects/redrives.ts';
import type { PanelPorts } from './ports.ts';
import { type FIELDS, parseQuery, type Query } from './query.ts';

/** Sources that endpoints read. */
export interface ReadContext {
  source: TelemetrySource;
  app: AppFacts;
  ports: PanelPorts;
  redrives: Redrives;
  /** Epoch milliseconds. */
  now: number;
}

/** An endpoint of the read API. */
export interface Endpoint {
  /** Below `/_control/api/`; `:id` is the last segment. */
  path: string;
  /** Resolves to the body of the response, before JSON. */
  read(context: ReadContext, search: string, id: string): Promise<unknown>;
}

/** Creates an endpoint whose query string has the parameters `names` and no others. */
export function defineEndpoint<const Name extends keyof typeof FIELDS>(
  path: string,
  names: readonly Name[],
  handle: (
    context: ReadContext,
    query: Query<Pick<typeof FIELDS, Name>>,
    id: string,
  ) => Promise<unknown>,
): Endpoint {
  return {
    path,
    read: async (context, search, id) => handle(context, parseQuery(search, names), id),
  };
}
