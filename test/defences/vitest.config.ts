import fs from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import projects from '../../vitest.workspace.ts';
import { ROWS } from './rows.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const row = ROWS.find(({ advisory }) => advisory === process.env['GATI_WITHOUT_DEFENCE']);

/** Applies the edits of the row that the environment names, to the modules that a test imports. */
const takeOut: Plugin = {
  name: 'take-out-a-defence',
  enforce: 'pre',
  transform(code, id) {
    let edited = code;
    for (const [file, text, replacement] of row?.edits ?? [])
      if (id === path.join(root, file)) edited = edited.replace(text, () => replacement);
    if (edited === code) return undefined;
    // The script checks that the edit reached a test.
    fs.appendFileSync(process.env['GATI_EDITED']!, `${id}\n`);
    return { code: edited, map: null };
  },
};

/** The unit tests of the panel and of the runtime, without one defence. */
export default defineConfig({
  root,
  test: {
    projects: (projects as { plugins?: Plugin[]; test: { name: string } }[])
      .filter(({ test }) => test.name === 'devtools' || test.name === 'runtime-h3')
      .map((project) => ({ ...project, plugins: [...(project.plugins ?? []), takeOut] })) as never,
  },
});
