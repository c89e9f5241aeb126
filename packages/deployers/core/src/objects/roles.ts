import type { ResourceSettings, Settings } from '../config/settings.ts';

/** Pods of an app that do the same work, with a Deployment for each revision. */
export interface Role {
  name: RoleName;
  /** Value of GATI_ROLE; `undefined` for a server that does all work. */
  value?: 'core' | 'worker';
  /** Number of pods. Both are equal without an autoscaler. */
  min: number;
  max: number;
  /** Target of the autoscaler in percent. */
  cpu: number;
  resources: ResourceSettings;
}

/** `core` serves requests, `worker` runs effects. */
export type RoleName = 'core' | 'worker';

export const CORE = 'core';
const CPU = 70;

/** Returns the roles of an app. The first one serves requests. */
export function rolesOf({ scale, workers, resources = {} }: Settings): [Role, ...Role[]] {
  const core: Role = { name: CORE, ...numbersOf(scale), resources };
  if (!workers) return [core];
  const own = { ...resources, ...workers.resources };
  return [
    { ...core, value: 'core' },
    { name: 'worker', value: 'worker', ...numbersOf(workers), resources: own },
  ];
}

function numbersOf({ min = 1, max = min, cpu = CPU }: NonNullable<Settings['scale']> = {}): Pick<
  Role,
  'min' | 'max' | 'cpu'
> {
  return { min, max: Math.max(min, max), cpu };
}
