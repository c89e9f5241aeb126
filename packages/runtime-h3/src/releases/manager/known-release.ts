import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import type { Contract } from '@gati/contract';
import type { ReleaseMark } from '../../ports.ts';
import type { ReleaseBundle } from '../../types/bundle.ts';
import type { ReleaseInstance } from './release-instance.ts';
import type { FindRoute, RouteTable } from './route-table.ts';

/** A release that a host knows of, wherever its code is. What may change about it, its mark, is not here. */
export interface KnownRelease {
  version: string;
  id: string;
  /** RFC 3339. */
  date: string;
  route: FindRoute;
  /** Of releases that may be bundled: all but the own build. */
  match?: RouteTable['match'];
  /** Read again when it is needed: few releases are ever bundled. */
  contract?: () => Promise<Contract>;
  instance: ReleaseInstance;
  document?: () => Promise<string | undefined>;
}

/** By version. */
export type Marks = Record<string, ReleaseMark>;

/** The bundle of a materialized release. Node remembers an import that failed, so each attempt has its own name. */
export async function importBundle(file: string, attempt: number): Promise<ReleaseBundle> {
  const url = pathToFileURL(file);
  if (attempt > 1) url.search = `?attempt=${attempt}`;
  return ((await import(/* @vite-ignore */ url.href)) as { default: ReleaseBundle }).default;
}

export function bundleFile(folder: string): string {
  return join(folder, 'server', 'release.mjs');
}
