import { GatiError } from '@gati/contract';
import { RequestLocal } from '../../context/local.ts';
import { RequestContext } from '../../context/req.ts';
import type { Guard, GlobalContext } from '../../types/context.ts';
import type { Call } from '../request/call.ts';

/**
 * Runs the guards of a route, outermost first, and adds what they return to the `lctx` of the call.
 * Resolves with `false` if the call ended meanwhile: it was late, or its client left.
 *
 * @throws what a guard throws
 * @throws {GatiError} GATI_GUARD_RESULT when a guard returns something that can't be added to `lctx`
 */
export async function runGuards(call: Call, guards: readonly Guard[]): Promise<boolean> {
  const req = new RequestContext(call);
  const lctx = (call.local = new RequestLocal(call));
  for (const guard of guards) {
    const added: unknown = await guard(req, call.gctx as GlobalContext, lctx);
    if (call.phase !== 'handler') return false;
    if (added !== undefined) addToLocal(lctx, added);
  }
  return true;
}

function addToLocal(lctx: RequestLocal, added: unknown): void {
  // A returned `false` or `Response` is probably meant as a rejection, so it must not let pass.
  if (!isPlainObject(added))
    throw guardResultError(
      `A guard returned ${describe(added)}, which has no fields for lctx.`,
      'Return a plain object or nothing. To reject the request, throw an HttpError.',
    );
  for (const [name, value] of Object.entries(added)) {
    if (name in RequestLocal.prototype)
      throw guardResultError(
        `A guard returned the field '${name}', which lctx already has.`,
        'Give the field another name.',
      );
    (lctx as unknown as Record<string, unknown>)[name] = value;
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? 'a list' : `an instance of ${value.constructor.name}`;
}

function guardResultError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_GUARD_RESULT', message, fix });
}
