import type { Place, ResourceOptions } from 'gati-deploy/cloud';
import { createNames, type Names, type Scope } from './account.ts';
import { createClients } from './clients.ts';
import { createResources, LOOKING } from './resources.ts';

/** A policy of IAM. */
export interface Policy {
  Version: '2012-10-17';
  Statement: { Effect: 'Allow'; Action: string[]; Resource: string[] }[];
}

/** Returns the smallest policy for the requests of a deploy, its rollback and its removal. */
export function createPolicy(place: Place, options: ResourceOptions): Policy {
  const { account = '*', region = '*' } = place.settings;
  const names = createNames(place, { partition: 'aws', account, region });
  const clients = createClients('us-east-1');
  const aws = { place, names, clients, account, region, partition: 'aws' };
  const actions = new Map<Scope, Set<string>>();
  for (const grants of [...createResources(aws, options).map((each) => each.grants), LOOKING])
    for (const { actions: some, on } of grants)
      actions.set(on, new Set([...(actions.get(on) ?? []), ...some]));
  return { Version: '2012-10-17', Statement: [...actions].map((each) => toStatement(names, each)) };
}

const toStatement = (
  { arns }: Names,
  [scope, actions]: [Scope, Set<string>],
): Policy['Statement'][number] => ({
  Effect: 'Allow',
  Action: [...actions].sort(),
  Resource: arns[scope],
});
