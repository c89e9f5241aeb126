import type { Guard } from '../../src/global-types.ts';
import './registries.ts';

interface User {
  id: string;
}
declare const user: User | undefined;
declare const known: User;

export const accepted = [
  (async () => {}) satisfies Guard,
  (() => undefined) satisfies Guard,
  (async () => (user ? { user } : undefined)) satisfies Guard,
  (async () => known) satisfies Guard,
  (() => ({ user, tenant: 7 })) satisfies Guard,
];
export const declared: Guard = async () => ({ user });

export const rejected = [
  // @ts-expect-error -- a boolean has no fields
  (() => true) satisfies Guard,
  // @ts-expect-error -- nor does one in a promise
  (async () => true) satisfies Guard,
  // @ts-expect-error -- null has no fields
  (async () => null) satisfies Guard,
  // @ts-expect-error -- `lctx` has a route
  (async () => ({ user, route: 'x' })) satisfies Guard,
];
