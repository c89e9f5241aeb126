import path from 'node:path';
import type { VirtualInput } from '../virtual-module.ts';
import { toImport } from '../runtime-entry.ts';

const CLIENT_FILE = '.gati/generated/client.ts';

/** `virtual:gati/client`: the generated client. Writes it if it does not exist yet. */
export async function clientModule({ context, root }: VirtualInput): Promise<string> {
  if (!(await context.project.isGenerated(CLIENT_FILE)))
    await context.project.generate(await context.analysis());
  return `export * from ${toImport(path.join(root(), CLIENT_FILE))};\n`;
}
