import { createHash } from 'node:crypto';
import path from 'node:path';
import { canonicalJson, type Contract, type Manifest, MANIFEST_FORMAT, printManifest } from '@gati/contract';
import type { Project, ProjectAnalysis } from './project.ts';
import { writeEnvFile } from './env-file.ts';
import { writeChanged } from './write-changed.ts';

/** Writes what `.gati` holds; gives the files (from the root) whose bytes changed. */
export async function writeGenerated(project: Project, { contract }: ProjectAnalysis): Promise<string[]> {
  const files: Record<string, string> = {
    '.gati/.gitignore': '*\n',
    '.gati/gati.manifest.json': printManifest(toManifest(project.app, contract)),
  };
  const written = await Promise.all(
    Object.entries(files).map(async ([file, text]) => ((await writeChanged(path.join(project.root, file), text)) ? [file] : [])),
  );
  return [...written.flat(), ...(await writeEnvFile(project.root))];
}

/** The manifest of what was not bundled: its id comes from the contract alone. */
export function toManifest(app: { name: string; version: string }, contract: Contract): Manifest {
  const digest = createHash('sha256').update(canonicalJson(contract)).digest('hex');
  return { format: MANIFEST_FORMAT, name: app.name, release: { version: app.version, id: `rel_${digest.slice(0, 16)}` }, contract };
}
