import type { RouteContract } from '../contract.ts';
import type { Schema } from '../schema/ir.ts';

const PARAMETER = /([:*])([A-Za-z_$][\w$]*)/g;

/**
 * Returns method and path without the names of parameters: the same for two routes that match the
 * same requests.
 */
export function routeShape({ method, path }: RouteContract): string {
  return `${method} ${path.replace(PARAMETER, '$1')}`;
}

/**
 * Returns the old path parameters under their new names, so that a rename is one change, not a
 * removed and an added parameter.
 */
export function renameParameters(before: RouteContract, after: RouteContract): Schema | undefined {
  const { params } = before;
  if (!params || before.path === after.path) return params;
  const [old, now] = [namesOf(before), namesOf(after)];
  const rename = (name: string): string => now[old.indexOf(name)] ?? name;
  const renamed: Schema = { ...params };
  if (params.properties)
    renamed.properties = Object.fromEntries(
      Object.entries(params.properties).map(([name, schema]) => [rename(name), schema]),
    );
  if (params.required) renamed.required = params.required.map(rename);
  return renamed;
}

function namesOf({ path }: RouteContract): string[] {
  return [...path.matchAll(PARAMETER)].map(([, , name]) => name!);
}
