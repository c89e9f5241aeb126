/** Placeholder that `redact` puts in place of a secret. */
const HIDDEN = '[redacted]';

/**
 * Puts secrets back into a value that a user edited without seeing them. Replaces each placeholder
 * that is still at its place by the value of the original at that place.
 */
export function restoreRedacted(edited: unknown, original: unknown): unknown {
  if (edited === HIDDEN) return original ?? edited;
  if (typeof edited !== 'object' || edited === null) return edited;
  const from = (typeof original === 'object' && original !== null ? original : {}) as Record<
    string,
    unknown
  >;
  if (Array.isArray(edited)) return edited.map((item, index) => restoreRedacted(item, from[index]));
  return Object.fromEntries(
    Object.entries(edited).map(([key, item]) => [
      key,
      restoreRedacted(item, Object.hasOwn(from, key) ? from[key] : undefined),
    ]),
  );
}
