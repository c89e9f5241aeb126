import type { ResourceSettings, RoleSettings, Settings } from '../config/settings.ts';
import { toName } from './to-name.ts';

/** Pods of an app that do the same work, with a Deployment for each revision. */
export interface Role {
  /** `core`, `worker`, or `routes-` with the label of the domain. */
  name: string;
  /** Value of GATI_ROLE; `undefined` for a server that does all work. */
  value?: 'core' | 'worker' | 'routes';
  /** Domain whose routes the pods serve, as in the contract. */
  domain?: string;
  /** Number of pods. Both are equal without an autoscaler. */
  min: number;
  max: number;
  /** Target of the autoscaler in percent. */
  cpu: number;
  resources: ResourceSettings;
}

/** Role of the pods that serve all requests. */
export const CORE = 'core';
/** Role of the pods of earlier releases, which serve requests of their version. */
export const ISOLATED = 'release';
const WORKER = 'worker';
export const CPU = 70;
/** Characters of a domain in the names of objects. */
const DOMAIN_LIMIT = 15;

/** Returns the roles of an app. The first one serves all requests. */
export function rolesOf({
  scale,
  workers,
  domains = {},
  resources = {},
}: Settings): [Role, ...Role[]] {
  const own = ({ resources: special, ...numbers }: RoleSettings): Omit<Role, 'name'> => ({
    ...numbersOf(numbers),
    resources: { ...resources, ...special },
  });
  const core: Role = { name: CORE, ...numbersOf(scale), resources };
  return [
    workers ? { ...core, value: 'core' } : core,
    ...Object.keys(domains)
      .sort()
      .map((domain): Role => ({
        name: `routes-${domainLabel(domain)}`,
        value: 'routes',
        domain,
        ...own(domains[domain]!),
      })),
    ...(workers ? [{ name: WORKER, value: 'worker', ...own(workers) } as const] : []),
  ];
}

/** Returns the domain as a label of Kubernetes. */
export const domainLabel = (domain: string): string => toName(domain, DOMAIN_LIMIT);

/** Whether clients or other pods send requests to the pods of a role. */
export const isServing = ({ value }: Role): boolean => value !== 'worker';

/** Describes the work of the pods of a role. */
export function workOf({ name, domain }: Role): string {
  if (domain !== undefined) return `serve the domain ${domain}`;
  return name === CORE ? 'serve requests' : 'run effects';
}

/** Completes the numbers of pods. */
export function numbersOf({
  min = 1,
  max = min,
  cpu = CPU,
}: NonNullable<Settings['scale']> = {}): Pick<Role, 'min' | 'max' | 'cpu'> {
  return { min, max: Math.max(min, max), cpu };
}
