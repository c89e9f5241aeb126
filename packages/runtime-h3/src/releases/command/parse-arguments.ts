import { parseDate, parseTime } from '@gati/contract';
import { usageError } from '../../command/usage-error.ts';

/** RFC 3339 from `--NAME`: a time, or a date, which is its first moment in UTC. `past`: it must have come. */
export function parseTimeFlag(
  name: string,
  text: string | undefined,
  { past = false }: { past?: boolean } = {},
): string | undefined {
  if (text === undefined) return undefined;
  const time = parseDate(text) ?? parseTime(text);
  if (time === undefined)
    throw usageError(
      `\`--${name} ${text}\` is no time`,
      'Write 2026-01-31 or 2026-01-31T12:00:00Z.',
    );
  if (past && time > Date.now())
    throw usageError(
      `\`--${name} ${text}\` lies in the future`,
      'Give the time at which it was released.',
    );
  return new Date(time).toISOString();
}

/** A whole number from 0. */
export function parseCountFlag(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text))
    throw usageError(`\`--${name} ${text}\` is no whole number`, `For example \`--${name} 5\`.`);
  return Number(text);
}

/** The one version that a command is about. */
export function parseVersion(command: string, words: string[]): string {
  const [version, ...rest] = words;
  if (version === undefined)
    throw usageError(
      `\`${command}\` needs a version`,
      `For example \`${command} 1.2.0\`; \`releases list\` names them.`,
    );
  return rejectExtraWords(command, rest) ?? version;
}

export function rejectExtraWords(command: string, words: string[]): undefined {
  if (words.length > 0)
    throw usageError(
      `\`${command}\` takes no \`${words[0]}\``,
      `See \`${command.split(' ')[0]} --help\`.`,
    );
}
