import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { EmittedFile } from '../../emit/file.ts';

/**
 * Reads the client runtime from `dist/sdk` of this package, with the paths that it has in an SDK.
 */
export function readSdkRuntime(): EmittedFile[] {
  const folder = path.join(
    path.dirname(createRequire(import.meta.url).resolve('vite-plugin-gati/client')),
    'sdk',
  );
  const read = (file: string): string => fs.readFileSync(path.join(folder, file), 'utf8');
  const code = ['runtime.mjs', 'runtime.cjs'].map((name) => ({
    path: `dist/${name}`,
    text: withoutMap(read(name)),
  }));
  const types = ['runtime.d.mts', 'runtime.d.cts'].flatMap((name) => [
    { path: `dist/${name}`, text: read(name) },
    {
      path: `dist/${name}.map`,
      text: read(`${name}.map`).replaceAll('"../../src/client/', '"../src/client/'),
    },
  ]);
  const sources = fs
    .readdirSync(path.join(folder, 'client'))
    .map((name) => ({ path: `src/client/${name}`, text: read(`client/${name}`) }));
  return [...code, ...types, ...sources];
}

/** Removes the reference to the source map: the code is as readable as its source. */
const withoutMap = (code: string): string => code.replace(/\n+\/\/# sourceMappingURL=.*\s*$/, '\n');
