import fs from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { glob } from 'tinyglobby';
import { writeChanged } from '../files/write-changed.ts';

const ENV_FILE = 'src/gati-env.d.ts';

// An `import` with `@ts-ignore`, because `.gati` may not exist yet. A reference to a missing file
// would be an error that can't be ignored.
const TEXT = `/// <reference types="vite-plugin-gati/types" />
// Written once by Gati so that TypeScript knows Handler, Args and the types of your routes. Commit it.
// @ts-ignore -- written by the first \`vite\`, \`vite build\` or \`gati generate\`
import '../.gati/types/gati.js';
`;

/** Writes `src/gati-env.d.ts`, unless a file of the app references the types already. */
export async function writeEnvFile(root: string): Promise<string[]> {
  if (await hasReference(root)) return [];
  const text = hasNodeTypes(root) ? NODE_TYPES + TEXT : TEXT;
  return (await writeChanged(path.join(root, ENV_FILE), text)) ? [ENV_FILE] : [];
}

/**
 * Adds the types of Node, since `types` in the app's `tsconfig.json` may name only the types of the
 * page. `create-vite` writes such a file.
 */
const NODE_TYPES = `/// <reference types="node" />
`;

function hasNodeTypes(root: string): boolean {
  try {
    createRequire(path.join(root, 'package.json')).resolve('@types/node/package.json');
    return true;
  } catch {
    return false;
  }
}

async function hasReference(root: string): Promise<boolean> {
  const files = await glob(['*.d.ts', 'src/**/*.d.ts', 'tsconfig*.json'], {
    cwd: root,
    expandDirectories: false,
  });
  const texts = await Promise.all(
    files.map((file) => fs.readFile(path.join(root, file), 'utf8').catch(() => '')),
  );
  return texts.some((text) => text.includes('vite-plugin-gati/types'));
}
