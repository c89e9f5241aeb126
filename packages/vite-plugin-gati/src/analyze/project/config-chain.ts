import { realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, resolve } from 'node:path';
import { readText } from '../../files/read-text.ts';
import { configFiles } from './analysis-config.ts';

/** Maximum depth to which `extends` of configurations is followed. */
const MAX_DEPTH = 8;

/**
 * Returns the configurations of the root and those that they extend, absolute, with `/`. Includes
 * extended files that do not exist. Packages below `node_modules` are not followed: the lockfile
 * changes when they do.
 */
export function configChain(root: string): string[] {
  const found = new Set<string>();
  const add = (file: string, depth: number): void => {
    if (found.has(file) || depth > MAX_DEPTH) return;
    found.add(file);
    for (const parent of parentsOf(file)) add(parent, depth + 1);
  };
  for (const file of configFiles(root)) add(file, 0);
  return [...found];
}

function parentsOf(file: string): string[] {
  const lists = [...(readText(file) ?? '').matchAll(/"extends"\s*:\s*(\[[^\]]*\]|"[^"]*")/g)];
  return lists
    .flatMap(([, list]) => [...list!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!))
    .flatMap((name) => parentFile(file, name) ?? [])
    .map((parent) => parent.replaceAll('\\', '/'));
}

function parentFile(file: string, name: string): string | undefined {
  if (name.startsWith('.') || isAbsolute(name))
    return resolve(dirname(file), name.endsWith('.json') ? name : `${name}.json`);
  const { resolve: find } = createRequire(file);
  for (const candidate of [name, `${name}.json`, `${name}/tsconfig.json`]) {
    try {
      // A package of the workspace is a link out of `node_modules`.
      const found = realpathSync(find(candidate));
      return found.includes('node_modules') || !found.endsWith('.json') ? undefined : found;
    } catch {
      // The next candidate is tried.
    }
  }
  return undefined;
}
