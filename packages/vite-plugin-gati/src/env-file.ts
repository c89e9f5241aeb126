import fs from 'node:fs/promises';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { writeChanged } from './write-changed.ts';

const ENV_FILE = 'src/gati-env.d.ts';

const TEXT = `/// <reference types="vite-plugin-gati/types" />
/// <reference path="../.gati/types/gati.d.ts" />
// Written once by Gati so that TypeScript knows Handler, Args and the types of your routes. Commit it.
`;

/** Writes `src/gati-env.d.ts` unless some file of the app already references the types. */
export async function writeEnvFile(root: string): Promise<string[]> {
  if (await hasReference(root)) return [];
  return (await writeChanged(path.join(root, ENV_FILE), TEXT)) ? [ENV_FILE] : [];
}

async function hasReference(root: string): Promise<boolean> {
  const files = await glob(['*.d.ts', 'src/**/*.d.ts', 'tsconfig*.json'], { cwd: root, expandDirectories: false });
  const texts = await Promise.all(files.map((file) => fs.readFile(path.join(root, file), 'utf8').catch(() => '')));
  return texts.some((text) => text.includes('vite-plugin-gati/types'));
}
