import fs from 'node:fs';
import path from 'node:path';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

/** One handler that uses packages from npm, and responds the same each time. */
export interface Case {
  /** Also the path of its route. */
  name: string;
  /** Packages to install; the first one is what the case is about. */
  packages: string[];
  /** What the handler does: a verb in the present tense. */
  does: string;
  /** A command to run in the app after the installation. */
  run: string | undefined;
  source: string;
  /** Files for the root of the app. */
  files: string | undefined;
}

export function readCases(): Case[] {
  return fs
    .readdirSync(FIXTURES)
    .filter((file) => file.endsWith('.ts'))
    .sort()
    .map((file) => {
      const name = path.basename(file, '.ts');
      const source = fs.readFileSync(path.join(FIXTURES, file), 'utf8');
      const field = (key: string): string | undefined =>
        new RegExp(`^// ${key}: (.*)$`, 'm').exec(source)?.[1];
      const files = path.join(FIXTURES, name);
      return {
        name,
        packages: field('install')!.split(' '),
        does: field('does')!,
        run: field('run'),
        source,
        files: fs.existsSync(files) ? files : undefined,
      };
    });
}
