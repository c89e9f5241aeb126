import type { Contract, Diagnostic, Manifest } from '@gati/contract';

/**
 * Returns an error for each change that can break clients, with the file of the route or effect.
 */
export function breakingChanges({ release, changes = [], contract }: Manifest): Diagnostic[] {
  return changes
    .filter(({ level }) => level === 'major')
    .map(({ route, path, message }) => ({
      code: 'GATI_BREAKING_CHANGE',
      level: 'error',
      message: `${route}${path === '' ? '' : ` ${path}`}: ${message} This breaks clients of ${release.since}.`,
      fix: `Add something new instead of changing this, or allow the break: \`gati build --check --allow-major\` makes it ${release.version}.`,
      ...fileOf(contract, route),
    }));
}

function fileOf({ routes, effects }: Contract, id: string): { file?: string } {
  const file =
    routes.find((route) => route.id === id)?.file ??
    effects.find(({ name }) => `effect ${name}` === id)?.file;
  return file === undefined ? {} : { file };
}
