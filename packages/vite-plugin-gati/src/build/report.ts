import { inspect } from 'node:util';
import { type Diagnostic, formatDiagnostic, GatiError, type Manifest } from '@gati/contract';

const withFrame = (diagnostic: Diagnostic): string => formatDiagnostic(diagnostic, { frame: true });

/** Warnings go to `warn`, each once; all errors become one error. */
export function reportDiagnostics(diagnostics: Diagnostic[], warn: (text: string) => void): void {
  const warnings = diagnostics.filter(({ level }) => level === 'warning').map(withFrame);
  for (const text of new Set(warnings)) warn(text);
  const errors = diagnostics.filter(({ level }) => level === 'error');
  if (errors.length > 0) throw toError(errors);
}

function toError(errors: Diagnostic[]): GatiError & { diagnostics: Diagnostic[] } {
  const error = new GatiError(errors[0]!);
  error.message = errors.map(withFrame).join('\n\n');
  // Vite prints the stack, or all that an error has, and the place that matters is in the app.
  error.stack = error.message;
  return Object.defineProperties(error as GatiError & { diagnostics: Diagnostic[] }, {
    diagnostics: { value: errors },
    [inspect.custom]: { value: () => error.message },
  });
}

/** Lines on what a build is to the release before. `bundled`: versions that it takes along. */
export function describeRelease(
  { release: { since, bump }, changes }: Manifest,
  bundled: string[],
): string[] {
  const breaking = changes?.filter(({ level }) => level === 'major') ?? [];
  return [
    ...(since === undefined || bump === undefined
      ? []
      : [`${bump} since ${since}, see CHANGELOG.md`]),
    ...breaking.map(
      ({ route, path, message }) =>
        `breaking: ${route}${path === '' ? '' : ` ${path}`}: ${message}`,
    ),
    ...(bundled.length > 0 ? [`takes along ${bundled.join(', ')}`] : []),
  ];
}
