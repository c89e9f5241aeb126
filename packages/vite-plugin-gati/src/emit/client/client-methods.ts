import type { Contract, RouteContract } from '@gati/contract';
import { quote } from '@gati/contract/internal';
import { toClientTypes } from './client-types.ts';
import { encodeMappings, type Mapping } from './source-map.ts';

export interface ClientMethodsOptions {
  /** Name of the file. */
  file: string;
  /** The module with the types of the routes. */
  types: string;
  /** Path from the folder of the file to the root, with `/` at its end. */
  root: string;
  /** Returns the line of a route's handler in its file, from 1. */
  lineOf(route: RouteContract): number;
  /** The module that exports the client's runtime. */
  runtime?: string;
}

/** Surrounds the number of a route before its method. No declaration has it. */
const MARK = '\u0000';
/** Types that the declaration of `Client` names, besides those of the routes. */
const METHODS = ['Method', 'OptionalMethod', 'OptionalSocketMethod', 'SocketMethod'];

/**
 * Returns the declarations of a client's methods, with a source map (ECMA-426) that leads from each
 * method to the handler of its route: editors follow it when they go to a definition. They follow
 * source maps of declaration files only.
 */
export function emitClientMethods(
  contract: Contract,
  {
    file,
    types: typesModule,
    root,
    lineOf,
    runtime = 'vite-plugin-gati/client',
  }: ClientMethodsOptions,
): { text: string; map: string } {
  const { printClient } = toClientTypes(contract);
  const numbers = new Map(contract.routes.map((route, index) => [route, index]));
  const marked = printClient((route) => `${MARK}${numbers.get(route)}${MARK}`);
  const named = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(marked);
  const routeTypes = new Set(
    [...marked.matchAll(/Method<([\w$]+), ([\w$]+)(?:, ([\w$]+))?/g)].flatMap(([, ...names]) =>
      names.filter((name) => name !== undefined && name !== 'Throw'),
    ),
  );
  const head = `// Written by Gati from the contract of the app; changes here are lost.
import type { ${METHODS.filter(named).join(', ')} } from ${quote(runtime)};
import type { ${[...routeTypes].join(', ')} } from ${quote(typesModule)};

`;
  const mappings: Mapping[] = [];
  const body = marked.split('\n').map((line, index) => {
    const [before, number, after] = line.split(MARK);
    if (number === undefined) return line;
    const source = Number(number);
    const place = { line: head.split('\n').length - 1 + index, column: before!.length };
    mappings.push({ ...place, source, sourceLine: lineOf(contract.routes[source]!) - 1 });
    return `${before}${after}`;
  });
  const map = {
    version: 3,
    file,
    sources: contract.routes.map((route) => root + route.file),
    names: [],
    mappings: encodeMappings(mappings),
  };
  return {
    text: `${head}${body.join('\n')}//# sourceMappingURL=${file}.map\n`,
    map: `${JSON.stringify(map)}\n`,
  };
}
