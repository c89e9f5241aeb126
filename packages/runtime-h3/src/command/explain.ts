import { suggest } from '@gati/contract/internal';
import type { CommandResult } from './output.ts';
import { usageError } from './usage-error.ts';

/** Pages of the error codes by code, and the list of all of them as `index`. */
export type ErrorPages = Readonly<Record<string, string>>;

/**
 * Returns the page of an error code; without a code, the list of all codes.
 *
 * @param command the command as the user types it: `gati explain`
 * @throws {GatiError} GATI_USAGE when there is no such code
 */
export function explainCode(
  pages: ErrorPages,
  wanted: string | undefined,
  command: string,
): CommandResult {
  const codes = Object.keys(pages).filter((name) => name.startsWith('GATI_'));
  const code = wanted?.toUpperCase();
  const page = Object.hasOwn(pages, code ?? 'index') ? pages[code ?? 'index'] : undefined;
  if (page !== undefined)
    return { lines: [page], document: code === undefined ? { codes } : { code, page }, code: 0 };
  const near = code === undefined ? undefined : suggest(code, codes);
  throw usageError(
    `there is no error code \`${code ?? ''}\``,
    near ? `Did you mean \`${command} ${near}\`?` : `List all codes with \`${command}\`.`,
  );
}
