/**
 * Names and attributes of every span. The names are those of OpenTelemetry's semantic conventions
 * 1.44 where it has one; `messaging.*` may still change there.
 *
 * Code that opens a span stores only its detail. The functions run only for kept spans.
 */
import type { Attributes, SpanKind } from '../../types/telemetry.ts';
import { hashId } from '../log/hash-id.ts';
import { hideLiterals } from './hide-literals.ts';
import { redactUrl } from './redact-url.ts';

/** Names and attributes of spans of one kind. */
export interface SpanEntry<Detail> {
  kind: SpanKind;
  name(detail: Detail): string;
  attributes(detail: Detail): Attributes;
}

const HANDLERS = 'src/handlers/';
const withoutFolder = (file: string): string =>
  file.startsWith(HANDLERS) ? file.slice(HANDLERS.length) : file;

/** The request itself. The access log has its record. */
export const REQUEST: SpanEntry<undefined> = {
  kind: 'internal',
  name: () => '',
  attributes: () => ({}),
};

export const GUARD: SpanEntry<string> = {
  kind: 'internal',
  name: (file) => `guard ${withoutFolder(file)}`,
  attributes: (file) => ({ 'gati.guard': file }),
};

/** Contains the rest of the chain, so its own time is its duration without the spans below it. */
export const MIDDLEWARE: SpanEntry<string> = {
  kind: 'internal',
  name: (file) => `middleware ${withoutFolder(file)}`,
  attributes: (file) => ({ 'gati.middleware': file }),
};

/** @param route id of the route: `GET /users/:id` */
export const HANDLER: SpanEntry<undefined> = {
  kind: 'internal',
  name: () => 'handler',
  attributes: () => ({}),
};

export interface ModuleCall {
  module: string;
  /** Empty if the module itself is a function. */
  method: string;
}

export const MODULE_CALL: SpanEntry<ModuleCall> = {
  kind: 'internal',
  name: ({ module, method }) => (method === '' ? module : `${module}.${method}`),
  attributes: ({ module, method }) => ({
    'gati.module': module,
    ...(method !== '' && { 'gati.method': method }),
  }),
};

export interface Query {
  system: string;
  text: string;
  /** Absent: the first word of the text. */
  operation?: string;
}

/** Maximum number of characters of a query. */
const QUERY_LENGTH = 2000;
/** Maximum number of characters of a query that are searched for literals. */
const READ_LENGTH = 20_000;

export const QUERY: SpanEntry<Query> = {
  kind: 'client',
  name: operationOf,
  attributes: (query) => ({
    'db.system.name': query.system,
    'db.operation.name': operationOf(query),
    ...(query.text !== '' && {
      'db.query.text': hideLiterals(query.text.slice(0, READ_LENGTH)).slice(0, QUERY_LENGTH),
    }),
  }),
};

function operationOf({ operation, text }: Query): string {
  return operation ?? /^\W*([a-z]+)/i.exec(text.slice(0, 200))?.[1]?.toUpperCase() ?? 'QUERY';
}

export interface StorageCall {
  operation: string;
  key: string;
}

/** A key may contain personal data. Its hash still shows that two calls use the same key. */
export const STORAGE: SpanEntry<StorageCall> = {
  kind: 'client',
  name: ({ operation }) => `storage ${operation}`,
  attributes: ({ operation, key }) => ({
    'gati.storage.operation': operation,
    'gati.storage.key': hashId(key),
  }),
};

export interface OutgoingRequest {
  method: string;
  origin: string;
  path: string;
  status?: number;
}

export const OUTGOING: SpanEntry<OutgoingRequest> = {
  kind: 'client',
  name: ({ method }) => method,
  attributes: ({ method, origin, path, status }) => {
    const url = URL.parse?.(origin) ?? (URL.canParse(origin) ? new URL(origin) : undefined);
    return {
      'http.request.method': method,
      'url.full': redactUrl(origin + path),
      ...(url && {
        'server.address': url.hostname,
        'server.port': Number(url.port) || (url.protocol === 'https:' ? 443 : 80),
      }),
      ...(status !== undefined && { 'http.response.status_code': status }),
    };
  },
};

export interface Enqueued {
  effect: string;
  /** Id of the job, once the queue has stored it. */
  job?: string;
}

export const ENQUEUE: SpanEntry<Enqueued> = {
  kind: 'producer',
  name: ({ effect }) => `send ${effect}`,
  attributes: ({ effect, job }) => ({ ...messaging('send', effect, job), 'gati.effect': effect }),
};

export interface Run {
  effect: string;
  job: string;
  attempt: number;
}

export const RUN: SpanEntry<Run> = {
  kind: 'consumer',
  name: ({ effect }) => `process ${effect}`,
  attributes: ({ effect, job, attempt }) => ({
    ...messaging('process', effect, job),
    'gati.effect': effect,
    'gati.attempt': attempt,
  }),
};

function messaging(operation: string, effect: string, job: string | undefined): Attributes {
  return {
    'messaging.system': 'gati',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation,
    'messaging.destination.name': effect,
    ...(job !== undefined && { 'messaging.message.id': job }),
  };
}

export const STEP: SpanEntry<string> = {
  kind: 'internal',
  name: (step) => `step ${step}`,
  attributes: (step) => ({ 'gati.step': step }),
};

export interface Migration {
  /** What is migrated: `request` or `response`. */
  part: string;
  from: string;
  to: string;
}

export const MIGRATION: SpanEntry<Migration> = {
  kind: 'internal',
  name: ({ part }) => `migrate ${part}`,
  attributes: ({ from, to }) => ({ 'gati.migration.from': from, 'gati.migration.to': to }),
};

export interface DatabaseMigrationRun {
  /** `sqlite`, `postgresql` */
  system: string;
  /** `0001_orders.sql` */
  name: string;
}

/** A migration of the database, which belongs to no request. */
export const DATABASE_MIGRATION: SpanEntry<DatabaseMigrationRun> = {
  kind: 'client',
  name: ({ name }) => `migrate ${name}`,
  attributes: ({ system, name }) => ({
    'db.system.name': system,
    'db.operation.name': 'MIGRATE',
    'gati.database.migration': name,
  }),
};

export const SOCKET_HOOK: SpanEntry<string> = {
  kind: 'internal',
  name: (hook) => `socket ${hook}`,
  attributes: (hook) => ({ 'gati.socket.hook': hook }),
};
