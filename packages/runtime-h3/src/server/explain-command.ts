import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ErrorPages, explainCode } from '../command/explain.ts';
import { createOutput, printResult, usageResult } from '../command/output.ts';
import { usageError } from '../command/usage-error.ts';

const HELP = `explain [CODE] [--json]: print the page of an error code; without a code, the list of all codes`;

/** Runs `explain [CODE]` of a built server: reads the pages that the build wrote beside it. */
export function runExplainCommand(words: string[], file: URL | undefined): Promise<number> {
  return printResult(createOutput(words.includes('--json')), '', async () => {
    if (words.includes('--help') || words.includes('-h')) return usageResult(HELP);
    const [code, ...more] = words.filter((word) => word !== '--json');
    if (more.length > 0 || code?.startsWith('-'))
      throw usageError('`explain` takes one error code', 'Run `explain GATI_BAD_ENV`.');
    return explainCode(await readPages(file), code, 'explain');
  });
}

async function readPages(file: URL | undefined): Promise<ErrorPages> {
  try {
    if (file) return JSON.parse(await readFile(fileURLToPath(file), 'utf8')) as ErrorPages;
  } catch {
    // The error below has the fix.
  }
  throw usageError(
    'the pages of the error codes are not in the folder of the server',
    'Keep `errors.json` of the build beside `index.mjs`, or run `gati explain` in the project.',
  );
}
