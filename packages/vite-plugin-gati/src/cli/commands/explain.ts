import { suggest } from '@gati/contract/internal';
import { usageError } from '@gati/runtime-h3/command';
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { type Call, OK } from '../command.ts';

/** Prints the page of an error code; without a code, the index of all pages. */
export async function run({ args, output }: Call): Promise<number> {
  const folder = pagesFolder();
  const code = (args.code as string | undefined)?.toUpperCase();
  const file = path.join(folder, `${code ?? 'index'}.md`);
  if (code !== undefined && !/^GATI_\w+$/.test(code)) throw unknownCodeError(code, folder);
  if (!fs.existsSync(file)) throw unknownCodeError(code ?? 'index', folder);
  const page = fs.readFileSync(file, 'utf8').trimEnd();
  output.line(page);
  output.document(code === undefined ? { codes: codesIn(folder) } : { code, page });
  return OK;
}

/** The folder of the pages: in the built package, or `docs/errors` of this repository. */
function pagesFolder(): string {
  const root = path.dirname(
    createRequire(import.meta.url).resolve('vite-plugin-gati/package.json'),
  );
  const built = path.join(root, 'dist/errors');
  return fs.existsSync(built) ? built : path.join(root, '../../docs/errors');
}

function codesIn(folder: string): string[] {
  return fs
    .readdirSync(folder)
    .filter((name) => name.startsWith('GATI_'))
    .map((name) => path.basename(name, '.md'))
    .sort();
}

function unknownCodeError(code: string, folder: string): Error {
  const near = suggest(code, codesIn(folder));
  return usageError(
    `there is no error code \`${code}\``,
    near ? `Did you mean \`gati explain ${near}\`?` : 'List all codes with `gati explain`.',
  );
}
