import fs from 'node:fs';
import path from 'node:path';
import { type Contract, printManifest } from '@gati/contract';
import { emitClient } from '../emit/client/client.ts';
import { emitContext } from '../emit/context.ts';
import { toManifest } from '../emit/manifest.ts';
import { toOpenApiFile } from '../emit/openapi.ts';
import { emitGlobalTypes } from '../emit/global-types.ts';
import { emitVersionTypes } from '../emit/version-types.ts';
import { writeEnvFile } from './env-file.ts';
import type { ResolvedOptions } from '../options.ts';
import type { Scan } from '../scan/types.ts';
import { writeChanged } from '../files/write-changed.ts';

const VERSION_TYPES = '.gati/types/versions.d.ts';

/** Whose files they are. */
export interface GenerateTarget {
  /** Absolute. */
  root: string;
  app: { name: string; version: string };
  options: ResolvedOptions;
}

/** Writes what `.gati` holds, and `src/gati-env.d.ts` where nothing references the types; gives the files (from the root) whose bytes changed. */
export async function writeGenerated(
  { root, app, options }: GenerateTarget,
  { contract, scan }: { contract: Contract; scan: Scan },
): Promise<string[]> {
  const manifest = toManifest({ app, contract });
  const files: Record<string, string> = {
    '.gati/.gitignore': '*\n',
    '.gati/types/gati.d.ts': emitGlobalTypes(scan),
    '.gati/generated/client.ts': emitClient(contract, { version: app.version, base: options.base }),
    '.gati/generated/context.ts': emitContext(contract, scan),
    '.gati/gati.manifest.json': printManifest(manifest),
    '.gati/openapi.json': toOpenApiFile(manifest, options.base),
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

/** The types alone: they need no contract, so an editor has them at once. */
export async function writeTypes(root: string, scan: Scan): Promise<string[]> {
  const file = '.gati/types/gati.d.ts';
  await writeChanged(path.join(root, '.gati/.gitignore'), '*\n');
  // The contracts behind migrations are not read for this; until they are, nothing of them is checked.
  const versions = path.join(root, VERSION_TYPES);
  if (scan.versions.length > 0 && !fs.existsSync(versions))
    await writeChanged(versions, emitVersionTypes([]));
  const changed = await writeChanged(path.join(root, file), emitGlobalTypes(scan));
  return [...(changed ? [file] : []), ...(await writeEnvFile(root))];
}
