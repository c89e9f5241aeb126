import path from 'node:path';
import { printManifest } from '@gati/contract';
import { emitClient } from './emit/client.ts';
import { emitContext } from './emit/context.ts';
import { toManifest } from './emit/manifest.ts';
import { toOpenApiFile } from './emit/openapi.ts';
import { emitTypes } from './emit/types.ts';
import { writeEnvFile } from './env-file.ts';
import type { Project, ProjectAnalysis } from './project.ts';
import { writeChanged } from './write-changed.ts';

/** Writes what `.gati` holds, and `src/gati-env.d.ts` where nothing references the types; gives the files (from the root) whose bytes changed. */
export async function writeGenerated(
  { root, app, options }: Pick<Project, 'root' | 'app' | 'options'>,
  { contract, scan }: Pick<ProjectAnalysis, 'contract' | 'scan'>,
): Promise<string[]> {
  const manifest = toManifest({ app, contract });
  const files: Record<string, string> = {
    '.gati/.gitignore': '*\n',
    '.gati/types/gati.d.ts': emitTypes(scan),
    '.gati/generated/client.ts': emitClient(contract, { version: app.version, base: options.base }),
    '.gati/generated/context.ts': emitContext(contract, scan),
    '.gati/gati.manifest.json': printManifest(manifest),
    '.gati/openapi.json': toOpenApiFile(manifest, options.base),
  };
  const written = await Promise.all(
    Object.entries(files).map(async ([file, text]) => ((await writeChanged(path.join(root, file), text)) ? [file] : [])),
  );
  return [...written.flat(), ...(await writeEnvFile(root))];
}

/** The types alone: they need no contract, so an editor has them at once. */
export async function writeTypes(root: string, scan: ProjectAnalysis['scan']): Promise<string[]> {
  const file = '.gati/types/gati.d.ts';
  await writeChanged(path.join(root, '.gati/.gitignore'), '*\n');
  const changed = await writeChanged(path.join(root, file), emitTypes(scan));
  return [...(changed ? [file] : []), ...(await writeEnvFile(root))];
}
