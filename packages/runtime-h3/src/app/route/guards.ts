import { GatiError } from '@gati/contract';
import { RequestLocal } from '../../context/local.ts';
import { RequestContext } from '../../context/req.ts';
import type { LoadedRoute } from '../../types/bundle.ts';
import type { GlobalContext } from '../../types/context.ts';
import type { Call } from '../request/call.ts';
import { nameLatePart } from './late-part.ts';

/**
 * Runs the guards of a route, outermost first, and adds what they return to the `lctx` of the call.
 * Resolves with `false` if the call ended in the meantime, because it was late or its client left.
 *
 * @throws what a guard throws
 * @throws {GatiError} GATI_GUARD_RESULT when a guard returns something that can't be added to `lctx`
 */
export async function runGuards(
  call: Call,
  { guards = [], guardPlaces }: LoadedRoute,
): Promise<boolean> {
  const req = new RequestContext(call);
  const lctx = (call.local = new RequestLocal(call));
  for (const [index, guard] of guards.entries()) {
    call.nameLate = () => nameLatePart(call, 'guard', guardPlaces?.[index]);
    const added: unknown = await guard(req, call.gctx as GlobalContext, lctx);
    if (call.phase !== 'handler') return false;
    if (added !== undefined) addToLocal(lctx, added, guardPlaces?.[index]);
  }
  call.nameLate = undefined;
  return true;
}

/** @param place where the guard is declared: `src/handlers/_guard.ts:3` */
function addToLocal(lctx: RequestLocal, added: unknown, place: string | undefined): void {
  // A returned `false` or `Response` is probably meant as a rejection, so the request must not
  // pass.
  if (!isPlainObject(added))
    throw guardResultError(
      `A guard returned ${describe(added)}, which has no fields for lctx.`,
      'Return a plain object or nothing. To reject the request, throw an HttpError.',
      place,
    );
  for (const [name, value] of Object.entries(added)) {
    if (name in RequestLocal.prototype)
      throw guardResultError(
        `A guard returned the field '${name}', which lctx already has.`,
        'Give the field another name.',
        place,
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

function guardResultError(message: string, fix: string, place: string | undefined): GatiError {
  const [, file, line] = /^(.*):(\d+)$/.exec(place ?? '') ?? [];
  return new GatiError({
    code: 'GATI_GUARD_RESULT',
    message,
    fix,
    ...(file === undefined ? {} : { file, line: Number(line) }),
  });
}
