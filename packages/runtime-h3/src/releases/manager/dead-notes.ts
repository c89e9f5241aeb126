import type { ReleaseStore } from '../../ports.ts';

/**
 * Removes the notes of workers of this server that have died. Without it, `activate --wait` would
 * wait for them until their notes expire.
 */
export async function removeDeadNotes(store: ReleaseStore, server: string): Promise<void> {
  for (const note of await store.notes()) {
    const pid = /-(\d+)$/.exec(note.instance)?.[1];
    if (note.server === server && pid !== undefined && !isAlive(Number(pid)))
      await store.removeNote(note.instance);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
