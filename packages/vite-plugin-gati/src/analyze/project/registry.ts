import type { RouteFile, Scan } from '../../scan/types.ts';

export type Registered = Pick<Scan, 'routes' | 'modules' | 'effects' | 'config'>;

const TYPE_PARTS = { params: 'Params', query: 'Query', headers: 'Headers', body: 'Body', receive: 'Receive', send: 'Send' } as const;

/** `.gati/types/gati.d.ts` as the analysis needs it: which route has which `Body`, which module which functions. */
export function printRegistry({ routes, modules, effects, config }: Registered): string {
  const imported = (file: string): string => `import(${JSON.stringify(`../../${file}`)})`;
  const typeOf = (file: string): string => `typeof ${imported(file)}`;
  const lines = [
    'interface GatiRoutes {',
    ...routes.map((route) => `  ${JSON.stringify(route.id)}: { ${routeParts(route, imported(route.file)).join('; ')} };`),
    '}',
    'type __GatiModule<M> = M extends { default: { setup: (...args: never[]) => infer A } } ? Awaited<A> : M;',
    'interface GatiModules {',
    ...modules.map((each) => `  ${JSON.stringify(each.name)}: __GatiModule<${typeOf(each.file)}>;`),
    '}',
    'type __GatiPayload<M> = M extends { run: (payload: infer P, ...rest: never[]) => unknown } ? P : unknown;',
    'interface GatiEffects {',
    ...effects.map((each) => `  ${JSON.stringify(each.name)}: __GatiPayload<${typeOf(each.file)}>;`),
    '}',
    "type __GatiOutput<S> = S extends { '~standard': { types?: infer T } } ? NonNullable<T> extends { output: infer O } ? O : unknown : unknown;",
  ];
  if (config) lines.push(`type __GatiConfigModule<M> = M extends { default: infer S } ? __GatiOutput<S> : M extends { config: infer S } ? __GatiOutput<S> : Record<string, unknown>;`, `interface GatiConfig { config: __GatiConfigModule<${typeOf(config)}> }`);
  return `${lines.join('\n')}\n`;
}

function routeParts(route: RouteFile, imported: string): string[] {
  return Object.entries(TYPE_PARTS).flatMap(([part, name]) => {
    if (route.exports.types.includes(name)) return [`${part}: ${imported}.${name}`];
    if (route.exports.values.includes(part)) return [`${part}: __GatiOutput<typeof ${imported}.${part}>`];
    return [];
  });
}
