import type { RouteContract } from '@gati/contract';

const SCOPED = /^@([^/]+)\/(.+)$/;

/** The name of an app as npm takes it: lower case, URL-safe (https://docs.npmjs.com/cli/configuring-npm/package-json#name). */
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
      // Longer ones are refused, with the scope.
      .slice(0, 100) || 'app'
  );
}

/** The file that `npm pack` would make: `@acme/shop` 1.2.0 is `acme-shop-1.2.0.tgz`. */
export function toTarballName(packageName: string, version: string): string {
  return `${packageName.replace(/^@/, '').replace('/', '-')}-${version}.tgz`;
}

/** The longest file name that a tarball's plain header takes below `package/docs/`, with room for a number. */
const LONGEST = 70;

/** The page of each route, `docs/payments.capture.md`: none twice, also where a file system does not tell cases apart. */
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
