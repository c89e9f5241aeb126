import type { RouteContract } from '@gati/contract';

/** The type names of the routes in a generated client, `PaymentsCapture`, none twice and none of those that are taken. */
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

/** What is declared for a route: what it takes, what it gives, what a socket sends and receives. */
export const TYPE_SUFFIXES = ['Request', 'Result', 'Sent', 'Received'] as const;

function pascalCase(words: string[]): string {
  const name = words
    .flatMap((word) => word.split(/[^\p{ID_Continue}]+/u))
    .filter((word) => word !== '')
    .map((word) => word[0]!.toUpperCase() + word.slice(1))
    .join('');
  return /^\p{ID_Start}/u.test(name) ? name : `Route${name}`;
}
