import type { GlobalContext, LocalContext, Req, Res } from '../../types/context.ts';
import type { LoadedRoute } from '../../types/bundle.ts';
import type { Call } from '../request/call.ts';
import { nameLatePart } from './late-part.ts';

/**
 * Runs the middleware of a route, outermost first, around its handler. The value that a middleware
 * returns replaces the value from inside. A middleware that never calls `next()` is the end of the
 * chain: its value is the response.
 *
 * A middleware that does not await `next()` still responds only after the rest of the chain has
 * ended, and an error of the rest is not lost.
 */
export async function runMiddleware(
  call: Call,
  route: LoadedRoute,
  req: Req,
  res: Res,
  gctx: GlobalContext,
  lctx: LocalContext,
): Promise<unknown> {
  // Index of the middleware that runs; that of the handler comes after the last one.
  let running = 0;
  call.nameLate = () =>
    running < route.middleware.length
      ? nameLatePart(call, 'middleware', route.middlewareFiles?.[running])
      : 'The handler';
  const run = async (index: number): Promise<unknown> => {
    running = index;
    const middleware = route.middleware[index];
    if (middleware === undefined) return route.handler?.(req, res, gctx, lctx);
    let rest: NextPromise | undefined;
    const runRest = async (): Promise<unknown> => {
      try {
        return await run(index + 1);
      } finally {
        running = index;
      }
    };
    const next = (): Promise<unknown> => {
      if (rest !== undefined) throw new Error('A middleware called next() twice.');
      return (rest = new NextPromise(runRest()));
    };
    const returned = await middleware(req, res, gctx, lctx, next);
    const inner = await rest?.settled();
    return returned === undefined ? inner : returned;
  };
  return run(0);
}

/**
 * Promise that `next()` returns. It records whether the middleware observes it.
 *
 * Without it, `void next()` would hide an error of the handler, and `next().catch(() => fallback)`
 * would respond 500 although the middleware handled the error.
 */
class NextPromise implements Promise<unknown> {
  readonly [Symbol.toStringTag] = 'Promise';
  readonly #promise: Promise<unknown>;
  #isObserved = false;

  constructor(promise: Promise<unknown>) {
    this.#promise = promise;
    promise.catch(() => undefined);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- `await` must call this method to be recorded
  then<A = unknown, B = never>(
    ok?: ((value: unknown) => A | PromiseLike<A>) | null,
    no?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    this.#isObserved = true;
    return this.#promise.then(ok, no);
  }
  catch<B = never>(no?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<unknown> {
    return this.then(undefined, no);
  }
  finally(run?: (() => void) | null): Promise<unknown> {
    this.#isObserved = true;
    return this.#promise.finally(run);
  }

  /** Settles with the rest of the chain, but resolves if the middleware observed its error. */
  async settled(): Promise<unknown> {
    if (!this.#isObserved) return this.#promise;
    return this.#promise.catch(() => undefined);
  }
}
