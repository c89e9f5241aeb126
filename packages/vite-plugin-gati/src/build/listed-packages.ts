/** `external` of a configuration: `true` for all packages, or their names. */
export type External = string[] | true | undefined;
/** `noExternal` of a configuration. */
export type NoExternal = string | RegExp | (string | RegExp)[] | true | undefined;

/** Whether `external` names the package of an import. */
export const isExternal = (list: External, source: string): boolean =>
  list === true || (list ?? []).some((name) => isOf(source, name));

/** Whether `noExternal` names the package of an import. `true` names none. */
export const isNoExternal = (list: NoExternal, source: string): boolean =>
  [list]
    .flat()
    .some((entry) =>
      entry instanceof RegExp
        ? entry.test(source)
        : typeof entry === 'string' && isOf(source, entry),
    );

/** `pg/lib/client` → `pg`, `@aws-sdk/client-s3/x` → `@aws-sdk/client-s3`. */
export const packageNameOf = (source: string): string =>
  source.split('/', source.startsWith('@') ? 2 : 1).join('/');

const isOf = (source: string, name: string): boolean =>
  source === name || source.startsWith(`${name}/`);
