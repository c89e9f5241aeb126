import { explainCode } from '@gati/runtime-h3/command';
import { readErrorPages } from '../../build/error-pages.ts';
import { type Call, OK } from '../command.ts';

/** Prints the page of an error code; without a code, the index of all pages. */
export async function run({ args, output }: Call): Promise<number> {
  const { lines, document } = explainCode(
    readErrorPages(),
    args.code as string | undefined,
    'gati explain',
  );
  for (const text of lines) output.line(text);
  output.document(document);
  return OK;
}
