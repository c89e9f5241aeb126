import { quote } from '@gati/contract/internal';
import { isBelow } from '../scan/layout.ts';
import type { FolderFile, RouteFile, Scan } from '../scan/types.ts';

/** Returns the type of an export of a file: `import('…').State`. */
type ImportOf = (file: string) => string;

/**
 * Type helpers that the entries use: the fields that a guard adds to `lctx`, and a merge in which
 * fields of an inner guard replace those of an outer one.
 */
export const FOLDER_HELPERS = `  /** The fields that a guard returns. None are known if its type is \`Guard\`. */
  type Added<Guard> = Guard extends (...args: never) => infer Result ? Fields<Awaited<Result>> : unknown;
  type Fields<Result> = object extends Result ? unknown : [Exclude<Result, void>] extends [never] ? unknown : [Extract<Result, void | undefined>] extends [never] ? Readonly<Result> : Partial<Readonly<Exclude<Result, void>>>;
  type Merged<Outer, Inner> = keyof Outer & keyof Inner extends never ? Outer & Inner : Omit<Outer, keyof Inner> & Inner;
`;

/** Returns the members \`local\` and \`state\` of a route: what guards and middleware add to its lctx. */
export function routeContext(route: RouteFile, scan: Scan, importOf: ImportOf): string[] {
  const { folders } = scan;
  const guards = folders.filter(({ file }) => route.guards.includes(file));
  const middleware = folders.filter(({ file }) => route.middleware.includes(file));
  return members({
    local: guards.map((guard) => addedBy(guard, importOf)),
    state: middleware.flatMap((each) => stateOf(each, importOf)),
  });
}

/** Returns the entries of \`GatiFolders\`. */
export function folderEntries(scan: Scan, importOf: ImportOf): string[] {
  const names = [...new Set(scan.folders.map(({ folder }) => folder))];
  return names.map((name) => {
    const above = scan.folders.filter(({ folder }) => isAbove(folder, name));
    const guards = above.filter((each) => each.role === 'guard' && each.isDeclaration !== true);
    const own = guards.find((each) => each.folder === name);
    const below = scan.routes.filter(({ file }) => isBelow(file, name));
    // A guard does not run for the public routes of its folder.
    const guardedByOwn = below.filter((route) => own && route.guards.includes(own.file));
    const types = (of: FolderFile[], routes: RouteFile[]): string[] =>
      of.flatMap((guard) => addedTo(routes, guard, importOf));
    const declared = own?.types.includes('Local') ? own : undefined;
    const parts = [
      ...members({
        outer: types(
          guards.filter((each) => each !== own),
          own ? guardedByOwn : below,
        ),
        local: types(guards, below),
        state: above.flatMap((each) => stateOf(each, importOf)),
      }),
      ...(declared ? [`adds: ${importOf(declared.file)}.Local;`] : []),
    ];
    return `${quote(name)}: {${parts.map((part) => ` ${part}`).join('')}${parts.length > 0 ? ' ' : ''}};`;
  });
}

function members(types: Record<string, string[]>): string[] {
  return Object.entries(types).flatMap(([name, found]) =>
    found.length === 0
      ? []
      : [`${name}: ${found.reduce((outer, inner) => `GatiTypes.Merged<${outer}, ${inner}>`)};`],
  );
}

function addedBy({ file, types, isIncomplete }: FolderFile, importOf: ImportOf): string {
  if (types.includes('Local')) return `Readonly<${importOf(file)}.Local>`;
  // A missing export would make every field of lctx an `any`, which hides errors in handlers.
  return isIncomplete === true ? 'unknown' : `GatiTypes.Added<typeof ${importOf(file)}.guard>`;
}

/** Returns the fields that a guard adds to routes. They are optional if it does not run for all. */
function addedTo(routes: readonly RouteFile[], guard: FolderFile, importOf: ImportOf): string[] {
  const guarded = routes.filter(({ guards }) => guards.includes(guard.file));
  const type = addedBy(guard, importOf);
  if (guarded.length === routes.length) return [type];
  return guarded.length === 0 ? [] : [`Partial<${type}>`];
}

function stateOf({ role, file, types }: FolderFile, importOf: ImportOf): string[] {
  return role === 'middleware' && types.includes('State') ? [`${importOf(file)}.State`] : [];
}

function isAbove(outer: string, inner: string): boolean {
  return outer === '/' || inner === outer || inner.startsWith(`${outer}/`);
}
