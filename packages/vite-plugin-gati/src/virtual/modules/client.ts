import path from 'node:path';
import { toImport } from '../runtime-entry.ts';

export const CLIENT_FILE = '.gati/generated/client.ts';

/** `virtual:gati/client`: the generated client. */
export function printClient(root: string): string {
  return `export * from ${toImport(path.join(root, CLIENT_FILE))};\n`;
}
