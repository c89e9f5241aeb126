import type { Node } from 'typescript-7/unstable/ast';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import { bodyOf, streamBodyOf } from '../interpret/responses/response-object.ts';
import { declaredResult, isSentType } from '../interpret/responses/declared-type.ts';
import { Interpreter } from '../interpret/interpreter.ts';
import { NO_HEADERS } from '../interpret/state/headers.ts';
import { type Body, START, type State } from '../interpret/state/state.ts';
import type { Outcome } from '../interpret/interpreter-api.ts';
import { type FunctionNode, RES, UNDEFINED, type Value } from '../interpret/state/values.ts';
import { writeValue } from '../interpret/responses/value-schema.ts';
import { type InferredResponse, type InferredResponses, joinResponses } from './join-responses.ts';
import { thrownResponses } from './thrown-responses.ts';
import type { HandlerSite } from './find-handler.ts';
import type { DiagnosticCollector } from './diagnostics.ts';

/** Interprets a handler with its middleware, and returns its responses by status. */
export function inferResponses(
  snapshot: ProgramSnapshot,
  site: HandlerSite,
  middleware: readonly FunctionNode[],
  diagnostics: DiagnosticCollector,
): InferredResponses {
  const walk = new Interpreter(snapshot, (code, message, fix, node) =>
    diagnostics.add(code, message, fix, node),
  );
  const responses: InferredResponse[] = [];
  snapshot.prepare([site.node]);
  const handlers: Outcome[] = site.fn
    ? [{ state: START, value: { kind: 'function', node: site.fn, frame: walk.frame } }]
    : walk.evaluate(site.node, START);
  for (const { state: start, value: handler } of handlers) {
    if (handler.kind !== 'function') {
      diagnostics.add(
        'GATI_RESPONSE_UNKNOWN',
        "The analysis can't follow the code that creates the handler, so its responses are unknown.",
        'Write the handler as a function, or declare `export type Responses = { 200: … }`.',
        site.node,
      );
      responses.push({
        status: undefined,
        schema: {},
        contentType: 'application/json',
        headers: NO_HEADERS,
        node: site.node,
      });
      continue;
    }
    walk.throws = [];
    const { node } = handler;
    if ('asteriskToken' in node && node.asteriskToken) {
      responses.push(generatorResponse(snapshot, node, diagnostics));
      continue;
    }
    const run = (state: State): Outcome[] =>
      walk.enter(node, handlerArguments(walk, node), state, {
        at: node,
        frame: handler.frame,
        result: handler.result ?? site.result,
      });
    for (const outcome of wrapInMiddleware(walk, middleware, run)(start))
      responses.push(...inferredResponses(walk, outcome, node, diagnostics));
    responses.push(...thrownResponses(walk, diagnostics));
  }
  return joinResponses(responses, diagnostics);
}

/** Returns the values of `(req, res, gctx, lctx)`. The interpreter follows only the response. */
function handlerArguments(walk: Interpreter, fn: FunctionNode): Value[] {
  return [0, 1, 2, 3].map((index): Value =>
    index === 1 ? RES : { kind: 'type', node: fn.parameters[index]?.name ?? fn, frame: walk.frame },
  );
}

/**
 * Puts middleware around a handler.
 * @param middleware outermost first; a value that it returns replaces the result of `next()`
 */
function wrapInMiddleware(
  walk: Interpreter,
  middleware: readonly FunctionNode[],
  handler: (state: State) => Outcome[],
): (state: State) => Outcome[] {
  let run = handler;
  for (const fn of middleware.toReversed()) {
    const rest = run;
    run = (state) => {
      const values: Value[] = [...handlerArguments(walk, fn), { kind: 'next', run: rest }];
      return walk
        .enter(fn, values, state, { at: fn, frame: walk.frame })
        .map(({ state: { nextResult, ...end }, value }) => {
          const passes =
            value.kind === 'nextResult' || (value.kind === 'constant' && value.value === undefined);
          return { state: end, value: passes ? (nextResult ?? UNDEFINED) : value };
        });
    };
  }
  return run;
}

/** The response of an async generator: each `yield` is one server-sent event. */
function generatorResponse(
  snapshot: ProgramSnapshot,
  node: Node,
  diagnostics: DiagnosticCollector,
): InferredResponse {
  const result =
    declaredResult(snapshot, node)?.type ?? snapshot.compiler.returns(snapshot.type(node))[0];
  const [item] = result ? snapshot.compiler.typeArguments(result) : [];
  const written = item ? snapshot.responses.write(item) : { schema: {}, issues: [] };
  diagnostics.addIssues(written.issues, node);
  return {
    status: 200,
    schema: written.schema,
    contentType: 'text/event-stream',
    stream: true,
    headers: NO_HEADERS,
    node,
  };
}

function inferredResponses(
  walk: Interpreter,
  { state, value, facts = state.facts }: Outcome,
  node: Node,
  diagnostics: DiagnosticCollector,
): InferredResponse[] {
  if (value.kind === 'never') return [];
  if (state.escaped) {
    const { node: at, why } = state.escaped;
    diagnostics.add(
      'GATI_RESPONSE_UNKNOWN',
      `${why} The response is therefore unknown.`,
      'Return the body from the handler, or declare it: `export type Responses = { 200: … }`.',
      at,
    );
    return [
      {
        status: undefined,
        schema: {},
        contentType: 'application/json',
        headers: NO_HEADERS,
        node: at,
      },
    ];
  }
  if ('unknown' in state.status && state.status.invalid !== undefined) {
    diagnostics.add(
      'GATI_STATUS_INVALID',
      `A handler can't respond with status ${state.status.invalid}; the client gets 500.`,
      'Use a status from 200 to 599.',
      state.status.unknown,
    );
    return [];
  }
  if (value.kind === 'union')
    return value.options.flatMap((option) =>
      inferredResponses(walk, { state, value: option, facts }, node, diagnostics),
    );
  const withSetBody = responseOf(state, state.body, node, diagnostics);
  // A body that was set replaces the returned value.
  if (
    state.body ||
    state.redirected ||
    value.kind === 'sent' ||
    (value.kind === 'constant' && value.value === undefined)
  ) {
    return state.body?.optional
      ? [withSetBody, responseOf(state, undefined, node, diagnostics)]
      : [withSetBody];
  }
  const at =
    value.kind === 'type' ||
    value.kind === 'written' ||
    value.kind === 'object' ||
    value.kind === 'array'
      ? value.node
      : node;
  if (value.kind === 'type' && isSent(walk, value)) {
    diagnostics.add(
      'GATI_RESPONSE_UNKNOWN',
      "The analysis can't follow the code that makes the response.",
      'Return the body, or declare `export type Responses = { 200: … }`.',
      at,
    );
    return [
      {
        status: undefined,
        schema: {},
        contentType: 'application/json',
        headers: NO_HEADERS,
        node: at,
      },
    ];
  }
  const stream = streamBodyOf(walk, value, at);
  if (stream) return [responseOf(state, stream, at, diagnostics)];
  const written = writeValue(walk, value, facts);
  if (written.absent) return written.optional ? [withSetBody] : [];
  const returned = responseOf(state, bodyOf(walk, value, at, facts), at, diagnostics);
  return written.optional ? [returned, withSetBody] : [returned];
}

function isSent(walk: Interpreter, value: Extract<Value, { kind: 'type' }>): boolean {
  const type = walk.snapshot.type(value.node);
  const members = type.tag === 'union' ? walk.compiler.members(type) : [type];
  return members.some((member) => isSentType(walk, member));
}

function responseOf(
  state: State,
  body: Body | undefined,
  node: Node,
  diagnostics: DiagnosticCollector,
): InferredResponse {
  const unset = 'known' in state.status && !state.status.set;
  // A handler that sets neither a body nor a status responds 204.
  const known = unset && !body ? 204 : 'known' in state.status ? state.status.known : undefined;
  if (known === undefined && 'unknown' in state.status) {
    diagnostics.add(
      'GATI_STATUS_UNKNOWN',
      'The status can be any number, so the response is under `default`.',
      'Assign a literal, or a map of literals declared `as const`.',
      state.status.unknown,
    );
  }
  // Responses with these statuses have no body (RFC 9110, 15.3.5 and 15.4.5).
  const empty = known === 204 || known === 304 || !body;
  const contentType = state.contentType ?? body?.contentType;
  const overridden =
    body &&
    state.contentType !== undefined &&
    state.contentType !== body.contentType &&
    !state.contentType.endsWith('json');
  return {
    status: known,
    schema: empty ? undefined : overridden && body.schema?.type !== 'string' ? {} : body.schema,
    contentType: empty ? undefined : contentType,
    ...(body?.stream ? { stream: true } : {}),
    ...(body?.emptyList ? { emptyList: true } : {}),
    headers: state.headers,
    node: body?.node ?? node,
  };
}
