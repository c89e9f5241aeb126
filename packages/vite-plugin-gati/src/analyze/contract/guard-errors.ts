import { canonicalSchema, type ResponseContract } from '@gati/contract';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import { Interpreter } from '../interpret/interpreter.ts';
import type { Outcome } from '../interpret/interpreter-api.ts';
import { START } from '../interpret/state/state.ts';
import { joinHeaderSchemas } from '../interpret/state/headers.ts';
import type { FunctionNode, Value } from '../interpret/state/values.ts';
import type { DiagnosticCollector } from './diagnostics.ts';
import type { HandlerSite } from './find-handler.ts';
import { joinResponses } from './join-responses.ts';
import { thrownResponses } from './thrown-responses.ts';

type Responses = Record<string, ResponseContract>;

/** Interprets the guards of a route, and returns the problems that they respond with, by status. */
export function inferGuardErrors(
  snapshot: ProgramSnapshot,
  guards: readonly HandlerSite[],
  diagnostics: DiagnosticCollector,
): Responses {
  if (guards.length === 0) return {};
  const walk = new Interpreter(snapshot, (code, message, fix, node) =>
    diagnostics.add(code, message, fix, node),
  );
  snapshot.prepare(guards.map(({ node }) => node));
  walk.throws = [];
  for (const { node, fn } of guards) {
    const found: Outcome[] = fn
      ? [{ state: START, value: { kind: 'function', node: fn, frame: walk.frame } }]
      : walk.evaluate(node, START);
    for (const { state, value } of found) {
      if (value.kind === 'function')
        walk.enter(value.node, guardArguments(walk, value.node), state, {
          at: value.node,
          frame: value.frame,
        });
      else
        diagnostics.add(
          'GATI_RESPONSE_UNKNOWN',
          "The analysis can't follow the code that creates the guard, so the errors that it throws are not in the contract.",
          'Write the guard as a function of this project, which may call the other code.',
          node,
        );
    }
  }
  return joinResponses(thrownResponses(walk, diagnostics), diagnostics).responses;
}

/** Arguments `(req, gctx, lctx)`. The interpreter does not follow them. */
function guardArguments(walk: Interpreter, fn: FunctionNode): Value[] {
  return [0, 1, 2].map((index): Value => ({
    kind: 'type',
    node: fn.parameters[index]?.name ?? fn,
    frame: walk.frame,
  }));
}

/**
 * Adds the errors of guards to the responses of a handler. A status that the handler declares keeps
 * its declaration; a status that both send can have either body.
 */
export function withGuardErrors(own: Responses, errors: Responses): Responses {
  const joined: Responses = { ...own };
  for (const [status, error] of Object.entries(errors)) {
    const other = own[status];
    if (other === undefined) joined[status] = error;
    else if (!other.declared && other.contentType === error.contentType) {
      const headers = joinHeaderSchemas(other.headers, error.headers);
      joined[status] = {
        ...other,
        schema: canonicalSchema({ anyOf: [other.schema ?? {}, error.schema ?? {}] }),
        ...(headers && { headers }),
      };
    }
  }
  return joined;
}
