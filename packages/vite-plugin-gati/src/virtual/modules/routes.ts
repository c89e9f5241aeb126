import type { Scan } from '../../scan/types.ts';
import type { VirtualInput } from '../virtual-module.ts';

/** `virtual:gati/routes`: the routes of the app, sorted by id. */
export async function routesModule({ context }: VirtualInput): Promise<string> {
  const list = printRouteList(await context.project.scan());
  return `export const routes = ${list};\nexport default routes;\n`;
}

/** Prints the routes as JSON. No transformation of a bundler changes this text. */
export function printRouteList({ routes }: Scan): string {
  const list = routes.map(({ id, method, path, domain, name }) => ({
    id,
    method,
    path,
    domain,
    name,
  }));
  return JSON.stringify(list, undefined, 2);
}
