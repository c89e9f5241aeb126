import { lower, raise, type Raised } from '../../releases/migrate/apply.ts';
import type { CarriedRequest } from '../../releases/migrate/types.ts';
import type { Carry } from './served-release.ts';
import { explain } from '../../validate/explain.ts';
import { Arrival } from '../request/incoming.ts';
import { CarriedExchange } from './migrated-exchange.ts';
import { toJson, tooLarge } from '../request/body.ts';
import { refuse } from '../request/validate-input.ts';
import type { Exchange } from '../adapters/exchange.ts';
import { fail } from '../response/respond-error.ts';
import type { Limits } from '../request/limits.ts';
import { toBodyKind } from '../request/media-type.ts';
import { decodeParams } from '../request/path.ts';
import { Refusal } from '../response/problem.ts';
import { readQuery } from '../request/query.ts';
import { answerUnmatched } from '../response/respond-unmatched.ts';
import type { VersionEntry } from './entry.ts';

/**
 * The request of a retired release as an arrival at the release that answers for it; its answer goes back the same way.
 * `undefined`: it is answered already.
 */
export async function carryUp(
  arrival: Arrival,
  entry: VersionEntry,
  carry: Carry,
): Promise<Arrival | undefined> {
  const { core, exchange, path } = arrival;
  const method = exchange.method === 'HEAD' ? 'GET' : exchange.method;
  const match = path === undefined ? undefined : carry.match(method, path);
  const retired = core.retired(entry);
  if (match === undefined) return void answerUnmatched(arrival, retired);
  try {
    decodeParams(match.params);
    const body = await readJson(arrival);
    if (body.bytes !== undefined || !exchange.hasBody())
      await checkBody(carry, match.id, body.value);
    const request: CarriedRequest = {
      params: match.params,
      query: readQuery(arrival.search) as CarriedRequest['query'],
      headers: { ...exchange.headers() },
      body: body.value,
    };
    const raised = await raise(carry.steps, match.id, request);
    const { request: asked } = raised;
    const bytes = asked.body === body.value ? body.bytes : toBytes(asked.body);
    if (asked.body !== undefined) asked.headers['content-type'] ??= 'application/json';
    if (bytes !== undefined) asked.headers['content-length'] = String(bytes.length);
    const carried = new CarriedExchange(exchange, {
      ...toTarget(raised, core.base),
      headers: asked.headers,
      bytes,
      identity: entry.identity,
      lower: raised.back.some(({ down }) => down !== undefined)
        ? (response) => lower(raised.back, response)
        : undefined,
      waitUntil: (promise) => core.waitUntil(promise, core.logger),
    });
    return new Arrival(core, carried, undefined);
  } catch (error) {
    return void fail(arrival.begin(retired, retired.unmatched(arrival.exchange.method)), error);
  }
}

/** A body that is no JSON goes on as it is. */
async function readJson({
  core,
  exchange,
}: Arrival): Promise<{ value: unknown; bytes: Uint8Array | undefined }> {
  const type = exchange.header('content-type');
  if (!exchange.hasBody() || type === undefined || toBodyKind(type) !== 'json')
    return { value: undefined, bytes: undefined };
  const bytes = (await readBytes(exchange, core.limits)) ?? new Uint8Array();
  const text = exchange.decode(bytes);
  if (text === undefined)
    throw new Refusal(400, 'invalid_utf8', { detail: 'The body is not UTF-8.' });
  return { value: text === '' ? undefined : toJson(text, core.limits.depth), bytes };
}

/** A migration may rely on what the old contract says of a body. */
async function checkBody(carry: Carry, id: string, value: unknown): Promise<void> {
  const { routes, $defs } = await carry.contract();
  const body = routes.find((route) => route.id === id)?.body;
  if (body === undefined) return;
  if (value !== undefined) {
    const errors = explain(body.schema, $defs, value, 'body');
    if (errors.length > 0) throw refuse(errors);
  } else if (body.required)
    throw refuse([{ in: 'body', path: '', message: 'is required', rule: 'required' }]);
}

function readBytes(
  exchange: Exchange,
  { body, bodyTimeout }: Limits,
): Promise<Uint8Array | undefined> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(
      () =>
        reject(new Refusal(408, 'request_timeout', { detail: 'The body did not come in time.' })),
      bodyTimeout,
    );
    const end = (bytes: Uint8Array | undefined): void => {
      clearTimeout(late);
      resolve(bytes);
    };
    exchange.onGone(() => end(undefined));
    exchange.read(body, (fault, bytes) => {
      if (fault === 'too_large') reject(tooLarge(body));
      end(bytes);
    });
  });
}

function toBytes(value: unknown): Uint8Array | undefined {
  return value === undefined ? new Uint8Array() : new TextEncoder().encode(JSON.stringify(value));
}

function toTarget({ id, request }: Raised, base: string): { method: string; target: string } {
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
