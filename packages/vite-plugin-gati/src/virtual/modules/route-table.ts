import type { RouteContract } from '@gati/contract';
import { toRouterPath } from '@gati/contract/internal';
import { addRoute, createRouter } from 'rou3';
import { compileRouterToString } from 'rou3/compiler';

/**
 * Splits a path at its slashes. `String.prototype.split` takes 80 ns for a short path on Node 24
 * and 150 ns on Node 20; this loop takes 35 ns.
 */
const SPLIT = `const split = (path) => {
  const parts = [];
  let start = 0;
  for (let at = 0; at < path.length; at++) {
    if (path.charCodeAt(at) !== 47) continue;
    parts.push(path.slice(start, at));
    start = at + 1;
  }
  parts.push(path.slice(start));
  return parts;
};`;

/**
 * Prints the `match` function of a release: rou3's compiled route table. Its free name is `routes`,
 * in the order of the argument.
 */
export function printMatch(routes: Pick<RouteContract, 'method' | 'path'>[]): string {
  const router = createRouter<number>();
  for (const [index, { method, path }] of routes.entries())
    addRoute(router, method, toRouterPath(path), index);
  const table = compileRouterToString(router, { serialize: (index) => `routes[${index}]` });
  return `(() => { ${SPLIT}
return ${table.replaceAll(/\b(\w+)\.split\("\/"\)/g, 'split($1)')} })()`;
}
