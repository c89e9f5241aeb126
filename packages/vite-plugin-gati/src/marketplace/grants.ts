import { isObject } from '@gati/contract/data';

/** Grants that a module declares in the field `gati.grants` of its `package.json`. */
export interface Grants {
  network?: true;
  files?: true;
  /** Names of environment variables. */
  env?: string[];
}

const VARIABLE = /^[A-Za-z_]\w{0,99}$/;
const MAX_VARIABLES = 100;

/** Parses grants. Returns `undefined` for a value that is not an object of grants. */
export function parseGrants(value: unknown): Grants | undefined {
  if (value === undefined) return {};
  if (!isObject(value)) return undefined;
  const { network = false, files = false, env = [], ...rest } = value;
  const isFlag = (flag: unknown): flag is boolean => typeof flag === 'boolean';
  const isEnv =
    Array.isArray(env) &&
    env.length <= MAX_VARIABLES &&
    env.every((name): name is string => typeof name === 'string' && VARIABLE.test(name));
  if (!isFlag(network) || !isFlag(files) || !isEnv || Object.keys(rest).length > 0)
    return undefined;
  return {
    ...(network && { network: true as const }),
    ...(files && { files: true as const }),
    ...(env.length > 0 && { env: [...new Set(env)].sort() }),
  };
}

/** Returns grants as words: `network`, `files`, `env:API_KEY`. */
export const listGrants = ({ network, files, env = [] }: Grants): string[] => [
  ...(network ? ['network'] : []),
  ...(files ? ['files'] : []),
  ...env.map((name) => `env:${name}`),
];

/** Returns the grants of `now` that `before` lacks, as words. */
export function newGrants(before: Grants, now: Grants): string[] {
  const known = new Set(listGrants(before));
  return listGrants(now).filter((grant) => !known.has(grant));
}
