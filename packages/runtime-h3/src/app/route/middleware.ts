import type { GlobalContext, LocalContext, Req, Res } from '../../types/context.ts';
import type { LoadedRoute } from '../../types/bundle.ts';

/**
 * Outermost first. What a middleware returns replaces what came from within; one that never calls `next()` is the answer itself.
 * A middleware that does not wait for `next()` does not answer before the rest has, and an error from there is not lost.
 */
export async function runMiddleware(
  route: LoadedRoute,
  req: Req,
  res: Res,
  gctx: GlobalContext,
  lctx: LocalContext,
): Promise<unknown> {
  const run = async (index: number): Promise<unknown> => {
    const middleware = route.middleware[index];
    if (middleware === undefined) return route.handler?.(req, res, gctx, lctx);
    let rest: NextPromise | undefined;
    const next = (): Promise<unknown> => {
      if (rest !== undefined) throw new Error('A middleware called next() twice.');
      return (rest = new NextPromise(run(index + 1)));
    };
    const returned = await middleware(req, res, gctx, lctx, next);
    const inner = await rest?.settled();
    return returned === undefined ? inner : returned;
  };
  return run(0);
}

/** The promise that `next()` gives; it knows whether somebody looked at its outcome. */
class NextPromise implements Promise<unknown> {
  readonly [Symbol.toStringTag] = 'Promise';
  readonly #promise: Promise<unknown>;
  #isObserved = false;

  constructor(promise: Promise<unknown>) {
    this.#promise = promise;
    promise.catch(() => undefined);
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise; `await` on a native one would not be seen
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

  /** What came from within; its error is the middleware's business only if that looked. */
  async settled(): Promise<unknown> {
    if (!this.#isObserved) return this.#promise;
    return this.#promise.catch(() => undefined);
  }
}
