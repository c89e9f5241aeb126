import { AsyncLocalStorage } from 'node:async_hooks';
import { scopeRoute } from './scoped-route.ts';
import type { CallScope, ScopedCall } from '../types/bundle.ts';

const storage = new AsyncLocalStorage<ScopedCall>();

/** One scope for all releases of a process. */
export const callScope: CallScope = {
  run: (call, work) => storage.run(call, work),
  route: (route) => scopeRoute((call, work) => storage.run(call, work), route),
};

/** Returns the request or run that calls a module. `undefined` outside of both. */
export function currentCall(): ScopedCall | undefined {
  return storage.getStore();
}
