import { setTimeout as sleep } from 'node:timers/promises';
import { count } from '@gati/contract/internal';
import type { ReleaseStore, ServerNote } from '../../ports.ts';
import { storeError } from '../store/errors.ts';

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
 * @param options.before notes from before the activation: a failure in them is an old one
 * @param options.within milliseconds
 * @throws {GatiError} GATI_ACTIVATE_WAIT when a server could not start the release, or time is up
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
  for (;;) {
    const notes = (await store.notes()).filter((note) => note.until > Date.now());
    const waiting = notes.filter(({ current }) => current !== version);
    const failed = waiting.filter(
      (note) => note.failed?.version === version && note.until !== before.get(note.instance)?.until,
    );
    if (failed.length > 0) throw waitError(version, failed);
    if (waiting.length === 0) return { servers: notes.map(({ instance }) => instance).sort() };
    if (Date.now() > until) throw waitError(version, waiting);
    const line = `waiting for ${waiting.length} of ${count(notes.length, 'process', 'processes')}`;
    if (line !== lastLine) progress(line);
    lastLine = line;
    await sleep(PAUSE);
  }
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
