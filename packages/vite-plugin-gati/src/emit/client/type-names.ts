import type { RouteContract } from '@gati/contract';

/**
 * Gives each route of a generated client a type name such as `PaymentsCapture`. The names with
 * their suffixes are unique, and not among `taken`.
 */
export function toTypeNames(
  routes: RouteContract[],
  taken: Iterable<string>,
): Map<RouteContract, string> {
  const used = new Set(taken);
  return new Map(
    routes.map((route) => {
      const wanted = pascalCase(route.name);
      let name = wanted;
      for (let number = 2; TYPE_SUFFIXES.some((suffix) => used.has(name + suffix)); number++)
        name = `${wanted}${number}`;
      for (const suffix of TYPE_SUFFIXES) used.add(name + suffix);
      return [route, name];
    }),
  );
}

/** Suffixes of the types of a route: those of a call, then those of a socket. */
export const TYPE_SUFFIXES = ['Request', 'Result', 'Sent', 'Received'] as const;

function pascalCase(words: string[]): string {
  const name = words
    .flatMap((word) => word.split(/[^\p{ID_Continue}]+/u))
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
  return /^\p{ID_Start}/u.test(name) ? name : `Route${name}`;
}
