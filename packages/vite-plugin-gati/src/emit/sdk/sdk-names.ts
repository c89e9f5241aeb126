import type { RouteContract } from '@gati/contract';

const SCOPED = /^@([^/]+)\/(.+)$/;

/**
 * Turns the name of an app into one that npm accepts: lower case and URL-safe.
 * @see https://docs.npmjs.com/cli/configuring-npm/package-json#name
 */
export function toPackageName(app: string): string {
  const [, scope, name] = SCOPED.exec(app) ?? [undefined, undefined, app];
  return scope === undefined ? toPart(name!) : `@${toPart(scope)}/${toPart(name!)}`;
}

function toPart(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, '-')
      .replaceAll(/^[-._]+|-+$/g, '')
      // npm rejects names over 214 characters, scope included.
      .slice(0, 100) || 'app'
  );
}

/** Returns the file name that `npm pack` uses: `@acme/shop` 1.2.0 is `acme-shop-1.2.0.tgz`. */
export function toTarballName(packageName: string, version: string): string {
  return `${packageName.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}

/** Longest file name below `package/docs/` that fits a plain tar header, with room for a number. */
const LONGEST = 70;

/**
 * Gives each route a page such as `docs/payments.capture.md`. The names are unique even on a file
 * system that ignores case.
 */
export function toPageNames(routes: RouteContract[]): Map<RouteContract, string> {
  const used = new Set<string>();
  return new Map(
    routes.map((route) => {
      const wanted = route.name
        .join('.')
        .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
        .replace(/^\.+/, '')
        .slice(0, LONGEST);
      let name = wanted || 'index';
      for (let number = 2; used.has(name.toLowerCase()); number++)
        name = `${wanted || 'index'}-${number}`;
      used.add(name.toLowerCase());
      return [route, `docs/${name}.md`];
    }),
  );
}
