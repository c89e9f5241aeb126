import type { Quarantine, ReleaseStore, StoreHead } from '../../ports.ts';
import { rollbackTarget } from './change-status.ts';
import { changeHead } from './head.ts';

/** Longest reason that a store keeps. Characters. */
export const MAX_REASON = 2000;

export interface QuarantineOptions extends Pick<Quarantine, 'reason' | 'server'> {
  version: string;
  /** Time of the activation that failed. A later activation stays as it is. */
  activatedAt: string;
}

/**
 * Undoes an activation that failed: the previous release is current again, and the failed one gets
 * the mark that it had before, with the reason. Returns the changed head, or `undefined` when the
 * activation is no longer the current one.
 */
export async function quarantineRelease(
  store: ReleaseStore,
  { version, activatedAt, reason, server }: QuarantineOptions,
): Promise<StoreHead | undefined> {
  let hasChanged = false;
  const quarantine = { reason: reason.slice(0, MAX_REASON), at: new Date().toISOString(), server };
  const head = await changeHead(store, (old) => {
    const { activation, ...rest } = old;
    hasChanged = old.current === version && activation?.at === activatedAt;
    if (!hasChanged) return undefined;
    const mark = { ...(activation?.mark ?? { status: 'staged' as const }), quarantine };
    const target = rollbackTarget(old);
    const next: StoreHead = { ...rest, marks: { ...old.marks, [version]: mark } };
    if (target === undefined) delete next.current;
    else {
      next.current = target;
      next.before = old.before.slice(0, old.before.lastIndexOf(target));
    }
    return next;
  });
  return hasChanged ? head : undefined;
}
