import type { ForeignModule } from '../../api/node.ts';

/** Describes the isolation of each level. */
export const LEVELS: Record<ForeignModule['level'], string> = {
  L0: 'in the process of the app',
  L1: 'a Node process with limited rights',
  L2: 'a separate process',
  L3: 'another machine or service',
  "L3'": 'WebAssembly without files and network',
};

/** Lists the permissions of a module: `network, files, variables API_KEY and REGION`. */
export function printGrants({ network, files, env }: ForeignModule['grants']): string {
  const variables = env === 'all' ? 'all variables' : `variables ${LIST.format(env)}`;
  const granted = [
    ...(network ? ['network'] : []),
    ...(files ? ['files'] : []),
    ...(env.length > 0 ? [variables] : []),
  ];
  return granted.join(', ') || 'nothing';
}

const LIST = new Intl.ListFormat('en');
