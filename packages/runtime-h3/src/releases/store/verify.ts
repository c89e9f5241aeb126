import type { ReleaseStore } from '../../ports.ts';
import { remainingFiles } from './prune.ts';
import { forEachLimited } from './for-each-limited.ts';
import { listReleases, sha256Hex } from './read-release.ts';

export interface Damage {
  version: string;
  path: string;
  /** `unreadable`: the record itself, `release.json`, can't be parsed. */
  fault: 'missing' | 'changed' | 'unreadable';
}

export interface VerifyResult {
  releases: number;
  files: number;
  /** By version and path; empty: every file is as it was stored. */
  damaged: Damage[];
}

/** Reads every file of every release and compares it with its digest. Each blob is read once. */
export async function verifyStore(store: ReleaseStore): Promise<VerifyResult> {
  const damaged: Damage[] = [];
  const releases = await listReleases(store, (version) =>
    damaged.push({ version, path: 'release.json', fault: 'unreadable' }),
  );
  const { head } = await store.head();
  const unreadable = damaged.length;
  const faults = new Map<string, Damage['fault'] | undefined>();
  const files = releases.flatMap((release) =>
    remainingFiles(release, head).map((file) => ({ ...file, version: release.version })),
  );
  await forEachLimited([...new Set(files.map(({ sha256 }) => sha256))], async (sha256) => {
    const bytes = await store.blob(sha256);
    faults.set(sha256, !bytes ? 'missing' : sha256Hex(bytes) === sha256 ? undefined : 'changed');
  });
  for (const { version, path, sha256 } of files) {
    const fault = faults.get(sha256);
    if (fault) damaged.push({ version, path, fault });
  }
  return { releases: releases.length + unreadable, files: files.length, damaged };
}
