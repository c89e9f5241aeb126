import {
  applyResponseSteps,
  applyRequestSteps,
  type MigratedCall,
} from '../../releases/migrate/apply-steps.ts';
import { countMigration } from '../../telemetry/record/migration-stats.ts';
import type { MigratedRequest } from '../../types/migration.ts';
import type { MigrationPath } from '../../types/served-release.ts';
import { explain } from '../../validate/explain.ts';
import type { Call } from '../request/call.ts';
import { observeMigrations } from './observe-migrations.ts';
import { IncomingRequest } from '../request/incoming.ts';
import { MigratedExchange } from './migrated-exchange.ts';
import { BODY_REQUIRED, decodeText, parseJsonBody, readBytes } from '../request/body.ts';
import { invalidRequestError } from '../request/validate-input.ts';
import { respondError } from '../response/respond-error.ts';
import { bodyKindOf } from '../route/body-kind.ts';
import { decodeParams } from '../request/path.ts';
import { CLIENT_GONE, finishCall } from '../request/finish-call.ts';
import { readQuery } from '../request/query.ts';
import { respondUnmatched } from '../respond-unmatched.ts';
import type { VersionEntry } from './entry.ts';

/**
 * Migrates a request for a retired release to a newer one. The response returns through the same
 * migrations, backwards. Resolves with `undefined` when the response was already sent.
 */
export async function migrateToNewer(
  incoming: IncomingRequest,
  entry: VersionEntry,
  migration: MigrationPath,
): Promise<IncomingRequest | undefined> {
  const { app, exchange, path } = incoming;
  const method = exchange.method === 'HEAD' ? 'GET' : exchange.method;
  const match = path === undefined ? undefined : migration.match(method, path);
  const retired = app.retiredState(entry);
  if (match === undefined) return void respondUnmatched(incoming, retired);
  const { version: from } = entry;
  if (countMigration(from, migration.target))
    app.logger.info('migrations serve a retired release', { from, version: migration.target });
  const observe = observeMigrations(incoming, from, migration.target);
  const begin = (): Call => incoming.beginCall(retired, retired.unmatched(exchange.method));
  try {
    decodeParams(match.params);
    const body = await readJson(incoming);
    if (body === undefined) return void finishCall(begin(), CLIENT_GONE);
    if (body.bytes !== undefined || !exchange.hasBody())
      await checkBody(migration, match.id, body.value);
    const request: MigratedRequest = {
      params: match.params,
      query: readQuery(incoming.search) as MigratedRequest['query'],
      headers: { ...exchange.headers() },
      body: body.value,
    };
    const migratedCall = await observe('request', () =>
      applyRequestSteps(migration.steps, match.id, request),
    );
    const { body: newBody, headers } = migratedCall.request;
    const bytes = newBody === body.value ? body.bytes : encodeJson(newBody);
    if (newBody !== undefined) headers['content-type'] ??= 'application/json';
    if (bytes !== undefined) headers['content-length'] = String(bytes.length);
    const migrated = new MigratedExchange(exchange, {
      ...buildTarget(migratedCall, app.base),
      headers,
      bytes,
      releaseHeaders: entry.headers,
      migrateResponse: migratedCall.responseSteps.some(({ down }) => down !== undefined)
        ? (response) =>
            observe('response', () => applyResponseSteps(migratedCall.responseSteps, response))
        : undefined,
      onError: (error) => app.logger.error('a migration of a response failed', { error }),
    });
    const newer = new IncomingRequest(app, migrated, undefined, incoming.started);
    newer.trace = incoming.trace;
    return newer;
  } catch (error) {
    return void respondError(begin(), error);
  }
}

interface JsonBody {
  value: unknown;
  /** `undefined` for a body that is not JSON: the newer release reads it. */
  bytes: Uint8Array | undefined;
}

/** Reads a JSON body. Other bodies stay unread. `undefined`: the client left. */
async function readJson({ app, exchange }: IncomingRequest): Promise<JsonBody | undefined> {
  const type = exchange.header('content-type');
  if (!exchange.hasBody() || type === undefined || bodyKindOf(type) !== 'json')
    return { value: undefined, bytes: undefined };
  const bytes = await readBytes(exchange, app.limits);
  if (bytes === undefined) return undefined;
  const text = decodeText(exchange, bytes);
  return { value: text === '' ? undefined : parseJsonBody(text, app.limits.depth), bytes };
}

/**
 * Checks the body against the contract of the retired release, on which its migrations rely.
 *
 * @throws {RequestError} 400 when the body does not match
 */
async function checkBody(migration: MigrationPath, id: string, value: unknown): Promise<void> {
  const { routes, $defs } = await migration.contract();
  const body = routes.find((route) => route.id === id)?.body;
  if (body === undefined) return;
  if (value !== undefined) {
    const errors = explain(body.schema, $defs, value, 'body');
    if (errors.length > 0) throw invalidRequestError(errors);
  } else if (body.required) throw invalidRequestError([BODY_REQUIRED]);
}

function encodeJson(value: unknown): Uint8Array | undefined {
  return value === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(value));
}

function buildTarget(
  { id, request }: MigratedCall,
  base: string,
): { method: string; target: string } {
  const [method = '', template = ''] = id.split(' ');
  const path = template.replace(/([:*])(\w+)/g, (_all, sign: string, name: string) => {
    const value = String(request.params[name] ?? '');
    return sign === '*'
      ? value.split('/').map(encodeURIComponent).join('/')
      : encodeURIComponent(value);
  });
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(request.query)) {
    for (const one of Array.isArray(value) ? value : [value])
      if (one !== undefined) search.append(name, String(one));
  }
  return { method, target: `${base}${path}${search.size > 0 ? `?${search}` : ''}` };
}
