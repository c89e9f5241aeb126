import type { RouteContract } from '@gati/contract';
import { propertyKey, quote } from '@gati/contract/internal';
import { routeDocComment } from './route-types.ts';

/** Routes by the parts of their client names. */
export interface RouteTree {
  /** The route whose name ends here. */
  own?: RouteContract;
  children: Map<string, RouteTree>;
}

export function routeTree(routes: RouteContract[]): RouteTree {
  const root: RouteTree = { children: new Map() };
  for (const route of routes) {
    let node = root;
    for (const name of route.name) {
      const next = node.children.get(name) ?? { children: new Map() };
      node.children.set(name, next);
      node = next;
    }
    node.own = route;
  }
  return root;
}

/** Prints the object type of a client. */
export function printTreeType(
  tree: RouteTree,
  indent: string,
  printer: {
    /** Returns the type of a route's method. */
    typeOf(route: RouteContract): string;
    /** Returns text before the name of a route's method, which a caller removes again. */
    markOf?(route: RouteContract): string;
  },
): string {
  const lines = [...tree.children].map(([name, child]) => {
    const own = child.own ? printer.typeOf(child.own) : undefined;
    const below =
      child.children.size > 0 ? printTreeType(child, `${indent}  `, printer) : undefined;
    const docComment = child.own ? routeDocComment(child.own, `${indent}  `) : '';
    const mark = child.own ? (printer.markOf?.(child.own) ?? '') : '';
    return `${docComment}${indent}  readonly ${mark}${propertyKey(name)}: ${[own, below].filter((part) => part).join(' & ')};\n`;
  });
  return `{\n${lines.join('')}${indent}}`;
}

/** Prints the value that the client's runtime turns into methods: ids of routes, nested by name. */
export function printTreeIds(tree: RouteTree, indent: string): string {
  const lines = [...tree.children].map(([name, child]) => {
    const leaf =
      child.own && child.children.size === 0
        ? quote(child.own.id)
        : printTreeIds(child, `${indent}  `);
    // A plain `__proto__` key would set the object's prototype, so it is a computed key.
    return `${indent}  ${name === '__proto__' ? `[${quote(name)}]` : propertyKey(name)}: ${leaf},\n`;
  });
  const own = tree.own ? `${indent}  '': ${quote(tree.own.id)},\n` : '';
  return `{\n${own}${lines.join('')}${indent}}`;
}
