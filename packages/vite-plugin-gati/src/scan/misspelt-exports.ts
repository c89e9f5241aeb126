import { suggest } from '@gati/contract/internal';
import type { Diagnostic } from '@gati/contract';
import { exportMisspelt } from './diagnostics.ts';
import type { ScannedFile } from './file-facts.ts';

/** Exports that have a meaning, by role of the file. */
const KNOWN = {
  handler: {
    values: [
      'route',
      'name',
      'version',
      'handler',
      'socket',
      'accept',
      'allowCrossSite',
      'security',
      'params',
      'query',
      'headers',
      'body',
      'receive',
      'send',
      'responses',
    ],
    types: [
      'Params',
      'Query',
      'Headers',
      'Body',
      'Receive',
      'Send',
      'Responses',
      'ResponseHeaders',
    ],
  },
  guard: { values: ['guard', 'security'], types: ['Local'] },
  middleware: { values: ['middleware'], types: ['State'] },
  effect: {
    values: [
      'run',
      'effect',
      'payload',
      'schedule',
      'timezone',
      'retry',
      'concurrency',
      'rateLimit',
      'timeout',
    ],
    types: [],
  },
} as const;

/**
 * Longest difference in length to a known name. An export that differs by more is not a
 * misspelling.
 */
const MAX_DIFFERENCE = 2;
const MIN_LENGTH = 4;

/** Warns about exports such as `Boddy`, `concurency`, or a type `body`, which would do nothing. */
export function findMisspeltExports(
  { file, facts }: ScannedFile,
  role: keyof typeof KNOWN,
): Diagnostic[] {
  const found: Diagnostic[] = [];
  const { values, types } = facts.exports;
  for (const [kind, names] of [
    ['value', values],
    ['type', types],
  ] as const) {
    const known: readonly string[] = kind === 'value' ? KNOWN[role].values : KNOWN[role].types;
    for (const name of names) {
      if (known.includes(name) || name.length < MIN_LENGTH) continue;
      const meant = nearest(name, known);
      // If the file exports the known name too, the other export is deliberate.
      if (meant !== undefined && !names.includes(meant))
        found.push(exportMisspelt({ file }, kind, name, meant));
    }
  }
  return found;
}

function nearest(name: string, known: readonly string[]): string | undefined {
  const lower = name.toLowerCase();
  const same = known.find((each) => each.toLowerCase() === lower);
  if (same !== undefined) return same;
  const near = suggest(name, known);
  if (near === undefined || Math.abs(near.length - name.length) > MAX_DIFFERENCE) return undefined;
  // A plural or singular may be a word of the app: `names`, `Response`.
  const differsByS = `${near}s` === name || `${name}s` === near;
  return differsByS && !/^(header|param)$/i.test(name) ? undefined : near;
}
