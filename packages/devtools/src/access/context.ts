import type { PanelOrigin } from './origin.ts';
import type { PasskeyProofs } from './passkeys.ts';
import type { AccessStore } from './store/access-store.ts';

/** Parts that the requests about access share. */
export interface AccessContext {
  store: AccessStore;
  origin: PanelOrigin;
  proofs: PasskeyProofs;
  /** Returns epoch milliseconds. */
  now(): number;
}
