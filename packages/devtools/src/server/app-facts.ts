import type { Defs, MethodContract, RouteContract, Schema } from '@gati/contract';

/** A route of the app, and its contract as soon as that is known. */
export interface RouteFacts {
  /** `POST /payments/:id/capture` */
  id: string;
  method: string;
  /** With the base: `/api/orders/:id`. */
  path: string;
  domain: string;
  /** Name in the client: `orders.create`. */
  name: string;
  /** Path from the root of the project, with `/`. */
  file: string;
  /** Files of the guards, outermost first. */
  guards?: string[];
  /** `bearer or cookie sid`, or `public`. Absent: nothing is declared. */
  credentials?: string;
  contract?: RouteContract;
}

/** An effect of the app. */
export interface EffectFacts {
  name: string;
  /** Path from the root of the project, with `/`. */
  file: string;
  /** Cron line and IANA time zone, if they are constants. */
  schedule?: string;
  timezone?: string;
  /** Schema of the payload. Absent if it takes none, or is not known yet. */
  payload?: Schema;
}

/** A module of the app. */
export interface ModuleFacts {
  name: string;
  /** Path from the root of the project, with `/`. */
  file: string;
  /** Source and version of a module that runs outside of the app's process. */
  source?: string;
  version?: string;
  /** Methods of a module that runs outside of the app's process. */
  methods?: MethodContract[];
}

/** Facts of the app that the panel shows besides telemetry, as plain data. */
export interface AppFacts {
  name: string;
  version: string;
  mode: 'development' | 'production';
  /** Reason why no telemetry is collected, and the fix, as a sentence. Absent: it is collected. */
  notRecorded?: string;
  /** `''` or `/api`. */
  base: string;
  routes: RouteFacts[];
  effects: EffectFacts[];
  modules: ModuleFacts[];
  /** Response to requests without a version while several releases are live. */
  missingVersion?: 'choose' | 'latest' | 'oldest';
  release?: { id: string; version: string };
  /** Schemas that the contracts of the routes refer to. */
  $defs: Defs;
}
