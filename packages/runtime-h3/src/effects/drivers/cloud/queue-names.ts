import { createHash } from 'node:crypto';

/** Name of the queue with the dead letters of all effects. No effect's queue has it. */
const DEAD = 'dead';

export const deadLetterName = (prefix: string): string => `${prefix}-${DEAD}`;

/** Rule of a service for queue names. */
export interface NameRule {
  /** Effect names that can be used unchanged. */
  plain: RegExp;
  /** Longest name. Characters. */
  longest: number;
}

/**
 * Returns the name of an effect's queue, such as `gati-mail`. If the service does not accept the
 * effect's name unchanged, a digest keeps two effects from sharing a queue.
 */
export function queueNameOf(prefix: string, effect: string, { plain, longest }: NameRule): string {
  const name = `${prefix}-${effect}`;
  if (effect !== DEAD && plain.test(effect) && name.length <= longest) return name;
  const digest = createHash('sha256').update(effect).digest('hex').slice(0, 8);
  const words = effect
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest - prefix.length - digest.length - 2)
    .replaceAll(/^-+|(?<!-)-+$/g, '');
  return [prefix, ...(words === '' ? [] : [words]), digest].join('-');
}
