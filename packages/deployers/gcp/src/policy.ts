import type { Place, ResourceOptions } from 'gati-deploy/cloud';
import type { Api } from './api.ts';
import { createNames } from './names.ts';
import { createResources } from './resources.ts';

/** A custom role, as `gcloud iam roles create --file` reads it. */
export interface Role {
  title: string;
  description: string;
  stage: 'GA';
  includedPermissions: string[];
}

/** Sends nothing: a role depends on the methods of the resources only. */
const NO_API: Api = { call: () => Promise.reject(new Error('no request is sent')) };

/** Returns the smallest role for the requests of a deploy, its rollback and its removal. */
export function createRole(place: Place, options: ResourceOptions): Role {
  const { account: project = '-', region = '-' } = place.settings;
  const names = createNames(place, project, region);
  const resources = createResources({ place, names, api: NO_API, project, region }, options);
  const all = resources.flatMap(({ methods, permissions = [] }) => [
    ...methods.flatMap((each) => each.permissions),
    ...permissions,
  ]);
  return {
    title: `gati-deploy ${names.base}`,
    description: `Deploys ${names.base} with gati-deploy`,
    stage: 'GA',
    includedPermissions: [...new Set(all)].sort(),
  };
}
