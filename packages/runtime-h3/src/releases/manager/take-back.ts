import { getOrCreate } from '../../collections/get-or-create.ts';
import type { Activation, ReleaseStore, ServerNote } from '../../ports.ts';
import { quarantineRelease } from '../store/quarantine.ts';

/** Milliseconds that other servers have to try a release that failed on this one. */
export const OTHERS_WITHIN = 60_000;

export interface FailedActivation {
  activation: Activation;
  /** Name of this server. */
  server: string;
  reason: string;
  /** `Date.now()` of the failure. */
  failedAt: number;
}

/**
 * Quarantines a release that failed on this server, once it has failed on all others too. One
 * server, for example without its database, must not take back a release that runs well elsewhere.
 * Returns the version that is current now, or `undefined` when nothing was changed.
 */
export async function takeBack(
  store: ReleaseStore,
  { activation, server, reason, failedAt }: FailedActivation,
): Promise<{ current: string | undefined } | undefined> {
  const notes = (await store.notes()).filter((note) => note.until > Date.now());
  const others = new Map<string, ServerNote[]>();
  for (const note of notes)
    if (serverOf(note) !== server) getOrCreate(others, serverOf(note), () => []).push(note);
  for (const own of others.values()) {
    if (own.some((note) => hasFailed(note, activation))) continue;
    const isRunning = own.some(({ current }) => current === activation.version);
    if (isRunning || Date.now() - failedAt < OTHERS_WITHIN) return undefined;
  }
  const { version, at } = activation;
  const head = await quarantineRelease(store, { version, activatedAt: at, reason, server });
  return head && { current: head.current };
}

function serverOf({ server, instance }: ServerNote): string {
  return server ?? instance;
}

function hasFailed({ failed }: ServerNote, { version, at }: Activation): boolean {
  return failed?.version === version && (failed.activatedAt ?? at) === at;
}
