import { parseDate, parseTime } from '@gati/contract';
import { usageError } from '../../command/usage-error.ts';

/**
 * Converts the value of `--NAME` to RFC 3339. A date counts as its first moment in UTC.
 * @throws {GatiError} GATI_USAGE when the value is not a time, or with `past` in the future
 */
export function parseTimeFlag(
  name: string,
  text: string | undefined,
  { past = false }: { past?: boolean } = {},
): string | undefined {
  if (text === undefined) return undefined;
  const time = parseDate(text) ?? parseTime(text);
  if (time === undefined)
    throw usageError(
      `\`--${name} ${text}\` is not a time`,
      'Write 2026-01-31 or 2026-01-31T12:00:00Z.',
    );
  if (past && time > Date.now())
    throw usageError(`\`--${name} ${text}\` is in the future`, 'Use the time of the release.');
  return new Date(time).toISOString();
}

/** @throws {GatiError} GATI_USAGE when the value is not a whole number of at least 0 */
export function parseCountFlag(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw usageError(`\`--${name} ${text}\` is not a whole number`, `For example \`--${name} 5\`.`);
  return Number(text);
}

/**
 * Returns the only argument of a command, a version.
 * @throws {GatiError} GATI_USAGE when it is missing or not the only one
 */
export function parseVersion(command: string, words: string[]): string {
  const [version, ...rest] = words;
  if (version === undefined)
    throw usageError(
      `\`${command}\` needs a version`,
      `For example \`${command} 1.2.0\`; \`releases list\` shows all versions.`,
    );
  rejectExtraWords(command, rest);
  return version;
}

/** @throws {GatiError} GATI_USAGE when a command has arguments left */
export function rejectExtraWords(command: string, words: string[]): void {
  if (words.length > 0)
    throw usageError(
      `\`${command}\` takes no \`${words[0]}\``,
      `See \`${command.split(' ')[0]} --help\`.`,
    );
}
