import type { LoadedRoute } from '../../types/bundle.ts';
import type { Guard, Handler, Middleware, SocketHooks } from '../../types/context.ts';
import { GUARD, HANDLER, MIDDLEWARE, SOCKET_HOOK } from './span-table.ts';
import type { SpanScopes } from './span-scopes.ts';

/** Returns the route with guards, middleware, handler and hooks that are spans. */
export function traceRoute(tracer: SpanScopes, route: LoadedRoute): LoadedRoute {
  const { handler, guards, middleware, socket, guardPlaces = [], middlewareFiles = [] } = route;
  return {
    ...route,
    ...(handler && { handler: traceHandler(tracer, handler) }),
    ...(guards && {
      guards: guards.map((guard, index) =>
        traceGuard(tracer, guard, withoutLine(guardPlaces[index])),
      ),
    }),
    middleware: middleware.map((each, index) =>
      traceMiddleware(tracer, each, middlewareFiles[index] ?? ''),
    ),
    ...(socket && { socket: traceHooks(tracer, socket) }),
  };
}

/** Returns `src/handlers/_guard.ts` of `src/handlers/_guard.ts:3`. */
const withoutLine = (place = ''): string => place.replace(/:\d+$/, '');

const traceHandler =
  (tracer: SpanScopes, handler: Handler): Handler =>
  (...args) =>
    tracer.observe(HANDLER, undefined, () => handler(...args));

const traceGuard =
  (tracer: SpanScopes, guard: Guard, file: string): Guard =>
  (...args) =>
    tracer.observe(GUARD, file, () => guard(...args));

const traceMiddleware =
  (tracer: SpanScopes, middleware: Middleware, file: string): Middleware =>
  (...args) =>
    tracer.observe(MIDDLEWARE, file, () => middleware(...args));

const HOOKS = ['open', 'message', 'close', 'error'] as const;

/** Only the hooks that exist: what is absent stays absent. `this` stays the object of the app. */
function traceHooks(tracer: SpanScopes, socket: SocketHooks): SocketHooks {
  const traced: Record<string, unknown> = {};
  for (const name of HOOKS) {
    const hook = socket[name] as ((...args: unknown[]) => unknown) | undefined;
    if (hook !== undefined)
      traced[name] = (...args: unknown[]) =>
        tracer.observe(SOCKET_HOOK, name, () => hook.apply(socket, args));
  }
  return traced;
}
