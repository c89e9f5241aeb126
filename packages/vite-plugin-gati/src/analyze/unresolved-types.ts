import type { Diagnostic } from '@gati/contract';

/**
 * Replaces each `GATI_TYPE_UNRESOLVED` by the type errors that explain it: those of its file, else
 * those of the first other file with any. They are warnings here, since the contract is usable. A
 * warning without a type error stays: the unresolved type is in a package.
 *
 * @param files that the contract depends on, from the root
 * @param typeErrors the type errors of a file
 */
export function explainUnresolved(
  warnings: readonly Diagnostic[],
  files: readonly string[],
  typeErrors: (file: string) => Diagnostic[],
): Diagnostic[] {
  const sources = files.filter((file) => !/\.d\.[mc]?ts$/.test(file));
  const explained = warnings.flatMap((warning) => {
    if (warning.code !== 'GATI_TYPE_UNRESOLVED') return [warning];
    const inOrder = [warning.file ?? '', ...sources.filter((file) => file !== warning.file)];
    for (const file of inOrder) {
      const errors = typeErrors(file);
      if (errors.length > 0) return errors.map(toWarning);
    }
    return [warning];
  });
  return [...new Map(explained.map((warning) => [JSON.stringify(warning), warning])).values()];
}

const toWarning = (error: Diagnostic): Diagnostic => ({
  ...error,
  level: 'warning',
  fix: 'Correct it. Until then the contract accepts anything in place of the type.',
});
