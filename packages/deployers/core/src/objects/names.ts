import { MANAGER } from './labels.ts';
import { CORE, type Role } from './roles.ts';
import type { Target } from './target.ts';
import { toName } from './to-name.ts';

/** With the end of {@link nextName}, the name of a Service has up to 63 characters. */
const NAME_LIMIT = 58;

export const deploymentName = ({ app }: Target, role: string, revision: string): string =>
  `${app}-${role}-${revision}`;

/** Returns the name of the objects of a role. Those of the core have the name of the app. */
export const nameFor = ({ app }: Target, { name }: Pick<Role, 'name'>): string =>
  name === CORE ? app : toName(`${app}-${name}`, NAME_LIMIT);

/** Returns the name of the Service of an earlier release that keeps separate pods. */
export const isolatedName = ({ app }: Target, revision: string): string =>
  `${app}-release-${revision}`;

/** Returns the name of the Service by which a gateway finds the revision of a canary. */
export const nextName = (target: Target, role: Pick<Role, 'name'>): string =>
  `${nameFor(target, role)}-next`;

/** Returns the name of the account, the Secret and the ConfigMap of the panel. */
export const panelName = ({ app }: Pick<Target, 'app'>): string => `${app}-panel`;

/** Returns the name of the Lease that one change of the app holds at a time. */
export const leaseName = ({ app, environment }: Pick<Target, 'app' | 'environment'>): string =>
  `${MANAGER}-${app}-${environment}`;
