import type { PanelOrigin } from './origin.ts';
import type { PasskeyProofs } from './passkeys.ts';
import type { AccessStore } from './store/access-store.ts';

/** Objects that the routes below `access/` share. */
export interface AccessContext {
  store: AccessStore;
  origin: PanelOrigin;
  proofs: PasskeyProofs;
  /** Returns epoch milliseconds. */
  now(): number;
}
