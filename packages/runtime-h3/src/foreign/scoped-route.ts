import type { LoadedRoute, ScopedCall } from '../types/bundle.ts';
import type { Guard, Handler, Middleware } from '../types/context.ts';

type Run = <Result>(call: ScopedCall, work: () => Result) => Result;

/** Returns the route with functions that run in a scope, so that modules know the deadline. */
export function scopeRoute(run: Run, route: LoadedRoute): LoadedRoute {
  const { handler, guards, middleware } = route;
  return {
    ...route,
    ...(handler && { handler: scopeHandler(run, handler) }),
    ...(guards && { guards: guards.map((guard) => scopeGuard(run, guard)) }),
    middleware: middleware.map((each) => scopeMiddleware(run, each)),
  };
}

const scopeHandler =
  (run: Run, handler: Handler): Handler =>
  (...args) =>
    run(args[3], () => handler(...args));

const scopeGuard =
  (run: Run, guard: Guard): Guard =>
  (...args) =>
    run(args[2], () => guard(...args));

const scopeMiddleware =
  (run: Run, middleware: Middleware): Middleware =>
  (...args) =>
    run(args[3], () => middleware(...args));
