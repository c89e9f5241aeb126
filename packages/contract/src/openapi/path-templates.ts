import type { RouteContract } from '../contract.ts';

/** The path of one route in the document. */
export interface PathTemplate {
  /** `/users/{id}` */
  path: string;
  /** Names of the route's parameters, each with its name in `path`. */
  names: Map<string, string>;
}

/**
 * Returns a function that converts the path of a route to an OpenAPI path template.
 *
 * In OpenAPI `/users/{id}` and `/users/{user}` are the same path, and a document can have only one
 * of them. Routes whose paths differ only in names therefore share the names of the first route.
 */
export function createPathTemplates(): (route: RouteContract) => PathTemplate {
  const byShape = new Map<string, string[]>();
  return (route) => {
    const segments = route.path.split('/');
    const own = segments
      .filter((segment) => segment.startsWith(':') || segment.startsWith('*'))
      .map((segment) => segment.slice(1));
    const shape = segments
      .map((segment) => (segment.startsWith(':') || segment.startsWith('*') ? '{}' : segment))
      .join('/');
    const names = byShape.get(shape) ?? own;
    byShape.set(shape, names);
    let index = 0;
    return {
      path: shape.replaceAll('{}', () => `{${names[index++]}}`),
      names: new Map(own.map((name, position) => [name, names[position]!])),
    };
  };
}
