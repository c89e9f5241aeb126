import { count } from '@gati/contract/internal';
import type { ReleaseStore, ServerNote } from '../../ports.ts';
import { storeError } from '../store/errors.ts';

/** Milliseconds between two looks. */
const PAUSE = 250;

export interface WaitResult {
  /** Processes that run it, by their names. */
  servers: string[];
}

/** What the servers said before the pointer moved: what they say later is news. */
export async function readServerNotes(store: ReleaseStore): Promise<Map<string, ServerNote>> {
  return new Map((await store.notes()).map((note) => [note.instance, note]));
}

/**
 * Resolves when every server that follows the store runs `version`. Servers say so themselves, in notes beside the releases; one that was killed
 * counts until its note is too old. @throws GatiError `GATI_ACTIVATE_WAIT` with those that could not, or did not in time.
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
  let told = '';
  for (;;) {
    const notes = (await store.notes()).filter((note) => note.until > Date.now());
    const waiting = notes.filter(({ current }) => current !== version);
    const failed = waiting.filter(
      (note) => note.failed?.version === version && note.until !== before.get(note.instance)?.until,
    );
    if (failed.length > 0) throw incomplete(version, failed);
    if (waiting.length === 0) return { servers: notes.map(({ instance }) => instance).sort() };
    if (Date.now() > until) throw incomplete(version, waiting);
    const line = `waiting for ${waiting.length} of ${count(notes.length, 'process', 'processes')}`;
    if (line !== told) progress((told = line));
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

function incomplete(version: string, notes: ServerNote[]): Error {
  const each = notes.map(({ instance, current, failed }) =>
    failed?.version === version
      ? `${instance} could not bring it up: ${failed.reason}`
      : `${instance} still runs ${current ?? 'its own build'}`,
  );
  return storeError(
    'GATI_ACTIVATE_WAIT',
    `${version} is current in the store, but not on every server: ${each.join('; ')}.`,
    'Read what those servers log, or go back with `gati rollback`: what they ran before they still run.',
  );
}
