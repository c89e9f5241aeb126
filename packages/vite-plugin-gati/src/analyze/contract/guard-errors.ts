import { canonicalSchema, type ResponseContract } from '@gati/contract';
import type { ProgramSnapshot } from '../program-snapshot.ts';
import { Interpreter } from '../interpret/interpreter.ts';
import { START } from '../interpret/state/state.ts';
import type { FunctionNode, Value } from '../interpret/state/values.ts';
import type { DiagnosticCollector } from './diagnostics.ts';
import { joinResponses } from './join-responses.ts';
import { thrownResponses } from './thrown-responses.ts';

type Responses = Record<string, ResponseContract>;

/** Interprets the guards of a route, and returns the problems that they respond with, by status. */
export function inferGuardErrors(
  snapshot: ProgramSnapshot,
  guards: readonly FunctionNode[],
  diagnostics: DiagnosticCollector,
): Responses {
  if (guards.length === 0) return {};
  const walk = new Interpreter(snapshot, (code, message, fix, node) =>
    diagnostics.add(code, message, fix, node),
  );
  snapshot.prepare(guards);
  walk.throws = [];
  for (const fn of guards) {
    const values = [0, 1, 2].map((index): Value => ({
      kind: 'type',
      node: fn.parameters[index]?.name ?? fn,
      frame: walk.frame,
    }));
    walk.enter(fn, values, START, { at: fn, frame: walk.frame });
  }
  return joinResponses(thrownResponses(walk, diagnostics), diagnostics).responses;
}

/**
 * Adds the errors of guards to the responses of a handler. A status that the handler declares keeps
 * its declaration; a status that both send has either body.
 */
export function withGuardErrors(own: Responses, errors: Responses): Responses {
  const joined: Responses = { ...own };
  for (const [status, error] of Object.entries(errors)) {
    const other = own[status];
    if (other === undefined) joined[status] = error;
    else if (!other.declared && other.contentType === error.contentType)
      joined[status] = {
        ...other,
        schema: canonicalSchema({ anyOf: [other.schema ?? {}, error.schema ?? {}] }),
      };
  }
  return joined;
}
