import type { PlaygroundWorkspace } from '../../api/playground.ts';

/** Parts of the workspace that determine the version of a new request. */
type Versions = Pick<PlaygroundWorkspace, 'app' | 'versions' | 'defaultVersion'>;

const MAX_LENGTH = 100;
const keyOf = (app: string): string => `gati-playground-version:${app}`;

/**
 * Returns the version of a new request: the last choice of the user in this browser, or else the
 * version of the workspace. Empty for none.
 */
export function firstVersion({ app, versions, defaultVersion = '' }: Versions): string {
  const chosen = localStorage.getItem(keyOf(app));
  // The chosen release may no longer exist. Ranges and dates stay valid.
  const isGone = /^\d+\.\d+\.\d+$/.test(chosen ?? '') && !versions.includes(chosen!);
  return chosen === null || isGone || chosen.length > MAX_LENGTH ? defaultVersion : chosen;
}

/** Remembers the version that the user chose. */
export function rememberVersion({ app }: Pick<Versions, 'app'>, version: string): void {
  try {
    localStorage.setItem(keyOf(app), version);
  } catch {
    // The storage is full. The version stays in the request.
  }
}
