import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SourceReport } from '@gati/runtime-h3/telemetry';
import type { Actor } from '../access/actor.ts';
import type { AccessRoute, Gate } from '../access/gate.ts';
import { PUBLIC, type Rule } from '../access/rule.ts';
import type { Actions } from '../actions/registry.ts';
import { IDENTIFIED_HEADER } from '@gati/runtime-h3/internal';
import type { SourcesUsed } from '../api/sources.ts';
import { API_HEADERS } from '../http/headers.ts';
import { readJson } from '../http/json-body.ts';
import { PanelError } from '../http/problem.ts';
import type { Assets } from './assets.ts';
import type { Endpoint, ReadContext } from './endpoint.ts';
import { ENDPOINTS } from './endpoints/all.ts';
import type { LogTails } from './log-tail.ts';
import type { Playground } from './playground/playground.ts';
import { PLAYGROUND_RULES, ruleOf } from './endpoint-rules.ts';

/** A request below the panel's path. */
export interface PanelRequest {
  req: IncomingMessage;
  res: ServerResponse;
  path: string;
  /** Path below `/_control/`; empty for the first page and for `/_control`. */
  subpath: string;
  /** Query string without the `?`. */
  search: string;
}

export interface PanelParts {
  gate: Gate;
  actions: Actions;
  assets: Assets;
  tails: LogTails;
  playground: Playground;
  /** Resolves when the changes of the request are stored for all processes of the panel. */
  settle(): Promise<void>;
  /** @param report gets the sources that the context has read */
  context(report?: SourceReport): Promise<ReadContext>;
}

/**
 * Characters of a path that has one meaning: no escapes, no empty, `.` or `..` segments, no other
 * separators. Any other path gets a 404.
 */
const PLAIN_PATH = /^(?:\/[\w:*~@+-][\w:*.~@+-]*)*\/?$/;

const ACTIONS = 'actions/';

/**
 * Responds to a request. Each branch authorises the request first, before its body is read.
 *
 * @throws {PanelError} for the error response
 */
export async function respond(request: PanelRequest, ungated: PanelParts): Promise<void> {
  const { req, res, path, subpath } = request;
  const parts: PanelParts = { ...ungated, gate: identifying(ungated.gate, res) };
  const api = subpath.startsWith('api/') ? subpath.slice('api/'.length) : undefined;
  if (api !== undefined && req.method === 'POST') return respondToPost(request, api, parts);
  // Each endpoint also checks its own rule.
  parts.gate.authorize(req, PUBLIC);
  if (req.method !== 'GET' && req.method !== 'HEAD') throw methodError('GET, HEAD');
  if (path === `/${path.split('/')[1]}`) {
    res.writeHead(308, { ...API_HEADERS, location: `${path}/`, 'content-length': 0 }).end();
    return;
  }
  if (!PLAIN_PATH.test(`/${subpath}`)) throw notFound('The panel has no such path.');
  if (subpath.startsWith('assets/')) parts.assets.file(req, res, subpath.slice('assets/'.length));
  else if (api === undefined) parts.assets.page(req, res, subpath);
  else await respondToRead(request, api, parts);
}

async function respondToRead(
  { req, res, search }: PanelRequest,
  path: string,
  { gate, actions, tails, context }: PanelParts,
): Promise<void> {
  const allow = (rule: Rule): Actor => gate.authorize(req, rule);
  if (path === 'access/status') return sendJson(req, res, gate.status(allow(PUBLIC)));
  if (path === 'actions') return sendJson(req, res, { actions: actions.list(allow(PUBLIC)) });
  if (path === 'logs/tail') {
    const actor = allow(ruleOf(path));
    tails.open(req, res, search, actor.id || actor.address);
    const stop = gate.watch(actor, () => res.end());
    res.once('close', stop);
    return;
  }
  const route = findRoute(gate, 'GET', path);
  if (route) {
    const reply = await route.handle({ req, actor: allow(route.rule), body: undefined, search });
    return sendJson(req, res, reply.body, reply.headers);
  }
  const [endpoint, id] = findEndpoint(path);
  allow(ruleOf(endpoint.path));
  const report: SourceReport = { used: new Set(), notes: new Set() };
  const body = await endpoint.read(await context(report), search, id);
  sendJson(req, res, withSources(body, report));
}

async function respondToPost(
  { req, res, search }: PanelRequest,
  path: string,
  { gate, actions, playground, settle }: PanelParts,
): Promise<void> {
  if (path.startsWith(ACTIONS)) {
    const name = path.slice(ACTIONS.length);
    // A client without access gets the same response for each name.
    gate.authorize(req, { role: 'viewer', acts: true, stepUp: false });
    const actor = gate.authorize(req, actions.rule(name), (known, code) =>
      actions.refuse(name, known, code),
    );
    const reply = await actions.run(name, actor, await readJson(req));
    await settle();
    return sendJson(req, res, reply);
  }
  if (Object.hasOwn(PLAYGROUND_RULES, path)) {
    const actor = gate.authorize(req, ruleOf(path));
    return playground.handle(path, {
      req,
      res,
      actor,
      watch: (end) => gate.watch(actor, end),
      readBody: (maxBytes) => readJson(req, maxBytes),
    });
  }
  const route = findRoute(gate, 'POST', path);
  if (!route) {
    gate.authorize(req, PUBLIC);
    throw methodError('GET, HEAD');
  }
  const actor = gate.authorize(req, route.rule);
  const reply = await route.handle({ req, actor, body: await readJson(req), search });
  await settle();
  sendJson(req, res, reply.body, reply.headers);
}

/**
 * Notes in the response that its client is a person or a token. The worker that passes requests on
 * keeps room for such clients, and removes the header.
 */
const identifying = (gate: Gate, res: ServerResponse): Gate => ({
  ...gate,
  authorize(...request) {
    const actor = gate.authorize(...request);
    if (actor.session !== undefined || actor.kind === 'token')
      res.setHeader(IDENTIFIED_HEADER, '1');
    return actor;
  },
});

const findRoute = (
  { routes }: Gate,
  method: AccessRoute['method'],
  path: string,
): AccessRoute | undefined =>
  routes.find((route) => route.method === method && route.path === path);

/** Names the sources besides the store in a response. */
function withSources(body: unknown, { used, notes }: SourceReport): unknown {
  if (used.size + notes.size === 0) return body;
  const sources: SourcesUsed = { used: [...used], notes: [...notes] };
  return { ...(body as object), sources };
}

function sendJson(
  req: IncomingMessage,
  res: ServerResponse,
  value: unknown,
  headers: Record<string, string | string[]> = {},
): void {
  const body = JSON.stringify(value);
  res.writeHead(200, {
    ...API_HEADERS,
    ...headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/** @throws {PanelError} 404 when there is none */
function findEndpoint(path: string): [Endpoint, id: string] {
  const exact = ENDPOINTS.find((endpoint) => endpoint.path === path);
  if (exact) return [exact, ''];
  const [, parent, id] = /^(.+)\/([^/]+)$/.exec(path) ?? [];
  const nested = ENDPOINTS.find((endpoint) => endpoint.path === `${parent}/:id`);
  if (!nested || id === undefined) throw notFound('The read API has no such path.');
  return [nested, id];
}

const notFound = (detail: string): PanelError => new PanelError(404, 'not_found', detail);

const methodError = (allow: string): PanelError =>
  new PanelError(405, 'method_not_allowed', `This address accepts ${allow}.`, { allow });
