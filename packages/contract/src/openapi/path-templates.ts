import type { RouteContract } from '../contract.ts';

export interface PathTemplate {
  /** `/users/{id}` */
  path: string;
  /** The route's own names of its parameters and what they are called in `path`. */
  names: Map<string, string>;
}

/**
 * Path templates for OpenAPI. There `/users/{id}` and `/users/{user}` are the same path and may not both stand,
 * so the first route's names are taken for all that have the same shape.
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
