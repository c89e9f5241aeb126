// The files that Gati generates below `.gati`.
//
// - This module prints and writes all of them, in the current thread: `gati generate` and builds call
//   it with a complete contract, through `project.generate()`.
// - `parts-writer.ts` is for development. It receives the contracts of routes one by one, keeps them,
//   and calls this module.
// - `background-writer.ts` runs the parts writer in a thread (`worker.ts`), so that neither requests
//   nor edits wait for it. `dev/generate-in-background.ts` decides when.
import fs from 'node:fs';
import path from 'node:path';
import { type Contract, printManifest } from '@gati/contract';
import { emitClient } from '../emit/client/client.ts';
import { emitClientMethods } from '../emit/client/client-methods.ts';
import { emitContext } from '../emit/context.ts';
import { toManifest } from '../emit/manifest.ts';
import { toOpenApiFile } from '../emit/openapi.ts';
import { toDocumentFacts } from '../emit/document-facts.ts';
import { readPackageFields } from '../files/package-json.ts';
import { emitGlobalTypes } from '../emit/global-types.ts';
import { emitVersionTypes } from '../emit/version-types.ts';
import { createLineOf } from './handler-lines.ts';
import { writeEnvFile } from './env-file.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Scan } from '../scan/types.ts';
import { writeChanged } from '../files/write-changed.ts';

const VERSION_TYPES = '.gati/types/versions.d.ts';
const METHODS_FILE = 'client-methods.d.ts';

/** Git ignores generated files. Requests that people save in the playground are theirs. */
const GITIGNORE = '*\n!/playground/\n!/playground/*.yaml\n';

/** The app that files are generated for. */
export interface GenerateTarget {
  /** Absolute. */
  root: string;
  app: { name: string; version: string };
  options: ResolvedOptions;
}

/**
 * Writes all files of `.gati`, and `src/gati-env.d.ts` if no file of the app references the types.
 * Returns the files, from the root, whose bytes changed.
 */
export async function writeGenerated(
  { root, app, options }: GenerateTarget,
  { contract, scan }: { contract: Contract; scan: Scan },
): Promise<string[]> {
  const manifest = toManifest({ app, contract });
  const methods = emitClientMethods(contract, {
    file: METHODS_FILE,
    types: './client.ts',
    root: '../../',
    lineOf: createLineOf(root, scan),
  });
  const files: Record<string, string> = {
    '.gati/.gitignore': GITIGNORE,
    '.gati/types/gati.d.ts': emitGlobalTypes(scan),
    '.gati/generated/client.ts': emitClient(contract, {
      version: app.version,
      base: options.base,
      methods: `./${METHODS_FILE}`,
    }),
    [`.gati/generated/${METHODS_FILE}`]: methods.text,
    [`.gati/generated/${METHODS_FILE}.map`]: methods.map,
    '.gati/generated/context.ts': emitContext(contract, scan),
    '.gati/gati.manifest.json': printManifest(manifest),
    '.gati/openapi.json': toOpenApiFile(
      manifest,
      toDocumentFacts(readPackageFields(root), options),
    ),
  };
  if (scan.versions.length > 0) {
    const { readMigrationTypes } = await import('../releases/migration-types.ts');
    files[VERSION_TYPES] = emitVersionTypes(
      await readMigrationTypes(root, scan.versions, contract),
    );
  }
  const written = await Promise.all(
    Object.entries(files).map(async ([file, text]) =>
      (await writeChanged(path.join(root, file), text)) ? [file] : [],
    ),
  );
  return [...written.flat(), ...(await writeEnvFile(root))];
}

/** Writes the types of routes, modules and effects, which need no contract, for editors. */
export async function writeTypes(root: string, scan: Scan): Promise<string[]> {
  const file = '.gati/types/gati.d.ts';
  await writeChanged(path.join(root, '.gati/.gitignore'), GITIGNORE);
  // The types of migrations need contracts from the release store. Until those are read, migrations
  // are not type-checked.
  const versions = path.join(root, VERSION_TYPES);
  if (scan.versions.length > 0 && !fs.existsSync(versions))
    await writeChanged(versions, emitVersionTypes([]));
  const changed = await writeChanged(path.join(root, file), emitGlobalTypes(scan));
  return [...(changed ? [file] : []), ...(await writeEnvFile(root))];
}
