import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '@gati/contract/internal';
import type { ReleaseStore, ServerNote, StoreHead } from '../../ports.ts';
import { quarantinedError, storeError } from '../store/errors.ts';

/** Milliseconds between two reads of the notes. */
const PAUSE = 250;

export interface WaitResult {
  /** Names of the processes that run the release. */
  servers: string[];
}

/** Reads the notes of all servers, by instance. */
export async function readServerNotes(store: ReleaseStore): Promise<Map<string, ServerNote>> {
  return new Map((await store.notes()).map((note) => [note.instance, note]));
}

/**
 * Resolves when every server that follows the store runs `version`. Servers report it in notes in
 * the store. A killed server counts until its note expires.
 * @param options.before notes from before the activation; failures in them are ignored
 * @param options.within milliseconds
 * @throws {GatiError} GATI_RELEASE_QUARANTINED when the servers took the release back
 * @throws {GatiError} GATI_ACTIVATE_WAIT when some servers could not start the release, another
 * release became current, or time is up
 */
export async function waitForServers(
  store: ReleaseStore,
  version: string,
  {
    before,
    within,
    progress,
  }: { before: Map<string, ServerNote>; within: number; progress(line: string): void },
): Promise<WaitResult> {
  const until = Date.now() + within;
  let lastLine = '';
  let seen: Awaited<ReturnType<ReleaseStore['head']>> | undefined;
  for (;;) {
    if (seen === undefined || (await store.tag()) !== seen.tag) seen = await store.head();
    checkIsCurrent(seen.head, version);
    const notes = (await store.notes()).filter((note) => note.until > Date.now());
    const waiting = notes.filter(({ current }) => current !== version);
    if (waiting.length === 0) return { servers: notes.map(({ instance }) => instance).sort() };
    const failed = waiting.filter(
      (note) => note.failed?.version === version && note.until !== before.get(note.instance)?.until,
    );
    // When a release fails everywhere after its activation, a server takes it back.
    const isTakenBack = failed.length === notes.length && seen.head.activation !== undefined;
    const isDecided = failed.length === waiting.length && !isTakenBack;
    if (isDecided || Date.now() > until) throw waitError(version, waiting);
    const line = `waiting for ${waiting.length} of ${count(notes.length, 'process', 'processes')}`;
    if (line !== lastLine) progress(line);
    lastLine = line;
    await sleep(PAUSE);
  }
}

/** Throws when another release is current, with the reason if servers took this one back. */
function checkIsCurrent({ current, marks }: StoreHead, version: string): void {
  if (current === version) return;
  const quarantine = Object.hasOwn(marks, version) ? marks[version]?.quarantine : undefined;
  if (quarantine !== undefined) throw quarantinedError(version, quarantine, current);
  throw storeError(
    'GATI_ACTIVATE_WAIT',
    `${version} is no longer current in the store: ${current ?? 'no release'} is.`,
    'Another activation or rollback has changed it. See `gati releases list`.',
  );
}

function waitError(version: string, notes: ServerNote[]): Error {
  const each = notes.map(({ instance, current, failed }) =>
    failed?.version === version
      ? `${instance} could not start it: ${failed.reason}`
      : `${instance} still runs ${current ?? 'its own build'}`,
  );
  return storeError(
    'GATI_ACTIVATE_WAIT',
    `${version} is current in the store, but not on every server: ${each.join('; ')}.`,
    'Read the logs of those servers, or go back with `gati rollback`. They still run their previous release.',
  );
}
