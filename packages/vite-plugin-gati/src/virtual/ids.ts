import path from 'node:path';
import { VIRTUAL_MODULES, type VirtualName } from './registry.ts';

/**
 * `virtual:gati/release` and `gati/release`. The second form is for tools that take the part before
 * a colon for a URL scheme.
 */
export const SPECIFIER: RegExp = new RegExp(
  `^(?:virtual:)?gati\\/(${Object.keys(VIRTUAL_MODULES).join('|')})$`,
);

/**
 * Converts between names and resolved ids. In Vite, Rollup and Rolldown an id starts with `\0`, so
 * that other plugins ignore it. webpack and esbuild treat every module as a file, so an id is the
 * path of a file that could exist; imports of that module are resolved from its folder.
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
  Object.hasOwn(VIRTUAL_MODULES, text) ? (text as VirtualName) : undefined;
