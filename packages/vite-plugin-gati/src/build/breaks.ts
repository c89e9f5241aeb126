import { type Contract, type Diagnostic, type Manifest } from '@gati/contract';

/** Each change that can break a caller, with the file that says so now. `next`: the version that it would be. */
export function toBreaks({ release, changes = [], contract }: Manifest): Diagnostic[] {
  return changes
    .filter(({ level }) => level === 'major')
    .map(({ route, path, message }) => ({
      code: 'GATI_BREAKING_CHANGE',
      level: 'error',
      message: `${route}${path === '' ? '' : ` ${path}`}: ${message} Since ${release.since} this breaks callers.`,
      fix: `Add instead of changing, or allow it: \`gati build --check --allow-major\` makes it ${release.version}.`,
      ...fileOf(contract, route),
    }));
}

function fileOf({ routes, effects }: Contract, id: string): { file?: string } {
  const file =
    routes.find((route) => route.id === id)?.file ??
    effects.find(({ name }) => `effect ${name}` === id)?.file;
  return file === undefined ? {} : { file };
}
