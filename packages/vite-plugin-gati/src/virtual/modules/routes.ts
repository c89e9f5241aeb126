import type { Scan } from '../../scan/types.ts';

/** `virtual:gati/routes`: what the app answers, sorted by id. */
export function printRoutes({ routes }: Scan): string {
  const list = routes.map(({ id, method, path, domain, name }) => ({
    id,
    method,
    path,
    domain,
    name,
  }));
  return `export const routes = ${JSON.stringify(list, undefined, 2)};\nexport default routes;\n`;
}
