import { CORE, type Role } from './roles.ts';
import type { Target } from './target.ts';

export const deploymentName = ({ app }: Target, role: string, revision: string): string =>
  `${app}-${role}-${revision}`;

/** Returns the name of the objects of a role. Those of the core have the name of the app. */
export const nameFor = ({ app }: Target, { name }: Pick<Role, 'name'>): string =>
  name === CORE ? app : `${app}-${name}`;
