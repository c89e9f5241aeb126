import { inspect } from 'node:util';
import { type Diagnostic, formatDiagnostic, GatiError } from '@gati/contract';
import { describeWithoutVersion, liveVersions } from '@gati/runtime-h3/releases';
import type { ResolvedOptions } from '../options.ts';
import type { History } from '../releases/history.ts';

const withFrame = (diagnostic: Diagnostic): string => formatDiagnostic(diagnostic, { frame: true });

/**
 * Passes each distinct warning to `warn`.
 *
 * @throws {GatiError} with the code of the first error, and all errors in its message
 */
export function reportDiagnostics(diagnostics: Diagnostic[], warn: (text: string) => void): void {
  const warnings = diagnostics.filter(({ level }) => level === 'warning').map(withFrame);
  for (const text of new Set(warnings)) warn(text);
  const errors = diagnostics.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw combinedError(errors);
}

function combinedError(errors: Diagnostic[]): GatiError & { diagnostics: Diagnostic[] } {
  const error = new GatiError(errors[0]!);
  error.message = errors.map(withFrame).join('\n\n');
  // Vite prints the stack, or inspects the error. Neither should show more than the message, which
  // names the place in the app.
  error.stack = error.message;
  return Object.defineProperties(error as GatiError & { diagnostics: Diagnostic[] }, {
    diagnostics: { value: errors },
    [inspect.custom]: { value: () => error.message },
  });
}

/**
 * Returns lines for the log if the release of a build is the first one in its store, or will be the
 * second live one.
 *
 * @param store address of the store, as messages show it
 */
export function describePlace(
  version: string,
  { releases, head }: Pick<History, 'releases' | 'head'>,
  { store, missing }: { store: string; missing: ResolvedOptions['missingVersion'] },
): string[] {
  if (releases.length === 0)
    return [`the release store ${store} is empty: this is the first release, ${version}`];
  const live = liveVersions(head);
  if (live.length !== 1 || live[0] === version) return [];
  return [describeWithoutVersion({ live: [version, ...live], current: version, missing })];
}
