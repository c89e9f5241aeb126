import type { GlobalContext, LocalContext, Req, Res } from '../context/types.ts';
import type { LiveRoute } from '../releases/bundle.ts';

/** Outermost first. What a middleware returns replaces what came from within; a middleware that never calls `next()` is the answer itself. */
export async function runMiddleware(live: LiveRoute, req: Req, res: Res, gctx: GlobalContext, lctx: LocalContext): Promise<unknown> {
  const run = async (index: number): Promise<unknown> => {
    const middleware = live.middleware[index];
    if (middleware === undefined) return live.handler?.(req, res, gctx, lctx);
    let inner: Promise<unknown> | undefined;
    const next = (): Promise<unknown> => {
      if (inner !== undefined) throw new Error('A middleware called next() twice.');
      inner = run(index + 1);
      // Awaited below; until then a rejection is not unhandled.
      inner.catch(() => undefined);
      return inner;
    };
    const returned = await middleware(req, res, gctx, lctx, next);
    // A middleware that does not wait for the rest must not answer before it.
    const within = await inner;
    return returned === undefined ? within : returned;
  };
  return run(0);
}
