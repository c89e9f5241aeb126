import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { readText } from '../../files/read-text.ts';
import { configChain } from '../project/config-chain.ts';
import { hashOf } from './file-hashes.ts';

/** Increase it when the same files may give a different contract, or different warnings. */
const FORMAT = 10;

const LOCKFILES = [
  'package-lock.json',
  'pnpm-lock.yaml',
  'yarn.lock',
  'bun.lock',
  'bun.lockb',
  'node_modules/.package-lock.json',
];

/**
 * Returns a hash of what every contract depends on besides the project's sources: compilers,
 * configuration, packages and global declarations.
 */
export function environmentHash(root: string, ...facts: string[]): string {
  return hashOf(
    JSON.stringify([
      FORMAT,
      facts,
      compilerVersion(import.meta.url, 'typescript-7'),
      compilerVersion(`${root}/package.json`, 'typescript'),
      configChain(root).flatMap((file) => readText(file) ?? []),
      lockfiles(root),
      declarations(root),
    ]),
  );
}

function compilerVersion(from: string, name: string): string {
  try {
    return (createRequire(from)(`${name}/package.json`) as { version: string }).version;
  } catch {
    return '';
  }
}

/** Hashes of the lockfiles in the nearest folder that has any. */
function lockfiles(root: string): string[] {
  for (let folder = root; ; folder = dirname(folder)) {
    const found = LOCKFILES.flatMap((name) => {
      const text = readText(`${folder}/${name}`);
      return text === undefined ? [] : [hashOf(text)];
    });
    if (found.length > 0 || dirname(folder) === folder) return found;
  }
}

/** Hashes of the declaration files anywhere in `src`: they may declare globals. */
function declarations(root: string): string[] {
  try {
    return readdirSync(`${root}/src`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.d.ts'))
      .sort()
      .map((name) => `${name}:${hashOf(readText(`${root}/src/${name}`) ?? '')}`);
  } catch {
    return [];
  }
}
