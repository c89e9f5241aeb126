import { createHash } from 'node:crypto';

/** The queue of dead letters, of all effects. No effect's own has this name. */
const DEAD = 'dead';

export const deadLetterName = (prefix: string): string => `${prefix}-${DEAD}`;

/** How a service names queues. */
export interface NameRule {
  /** What the name of an effect must be like to be used as it is. */
  plain: RegExp;
  /** Characters. */
  longest: number;
}

/** `gati-mail`. A name that the service does not take as it is gets a digest, so that no two effects share a queue. */
export function queueNameOf(prefix: string, effect: string, { plain, longest }: NameRule): string {
  const name = `${prefix}-${effect}`;
  if (effect !== DEAD && plain.test(effect) && name.length <= longest) return name;
  const digest = createHash('sha256').update(effect).digest('hex').slice(0, 8);
  const words = effect
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, longest - prefix.length - digest.length - 2)
    .replaceAll(/^-+|-+$/g, '');
  return [prefix, ...(words === '' ? [] : [words]), digest].join('-');
}
