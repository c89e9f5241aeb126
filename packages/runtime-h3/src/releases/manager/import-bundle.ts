import { pathToFileURL } from 'node:url';
import type { ReleaseBundle } from '../../types/bundle.ts';

/**
 * Imports the bundle of a materialized release. Relies on: Node caches a failed import by its URL,
 * so each further attempt uses another URL.
 */
export async function importBundle(file: string, attempt: number): Promise<ReleaseBundle> {
  const url = pathToFileURL(file);
  if (attempt > 1) url.search = `?attempt=${attempt}`;
  return ((await import(/* @vite-ignore */ url.href)) as { default: ReleaseBundle }).default;
}
