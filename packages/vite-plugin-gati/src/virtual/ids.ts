import path from 'node:path';

export const VIRTUAL_MODULES = ['routes', 'server', 'release', 'client', 'manifest'] as const;
export type VirtualName = (typeof VIRTUAL_MODULES)[number];

/** `virtual:gati/release`; `gati/release` too, for tools that read what stands before a colon as a scheme. */
export const SPECIFIER: RegExp = /^(?:virtual:)?gati\/(routes|server|release|client|manifest)$/;

/**
 * How resolved ids look. `\0` keeps other plugins of Vite, Rollup and Rolldown away; webpack and esbuild take a module for a file,
 * so there it is one that could exist, and what it imports is looked up from its folder.
 */
export interface Ids {
  toId(name: VirtualName): string;
  fromId(id: string): VirtualName | undefined;
}

const PREFIX = '\0virtual:gati/';

export function createIds(framework: string, root: () => string): Ids {
  const isFile = framework === 'webpack' || framework === 'esbuild' || framework === 'rspack';
  if (!isFile) {
    return {
      toId: (name) => PREFIX + name,
      fromId: (id) => (id.startsWith(PREFIX) ? virtualNameOf(id.slice(PREFIX.length)) : undefined),
    };
  }
  const folder = (): string => path.join(root(), '.gati/virtual');
  return {
    toId: (name) => path.join(folder(), `${name}.mjs`),
    fromId: (id) =>
      path.dirname(id) === folder() ? virtualNameOf(path.basename(id, '.mjs')) : undefined,
  };
}

const virtualNameOf = (text: string): VirtualName | undefined =>
  VIRTUAL_MODULES.find((name) => name === text);
