import type { Fault, LoggedRequest } from './server.ts';

/** A custom role, as `gati-deploy policy` prints it. */
export interface Role {
  includedPermissions: string[];
}

/** Permissions whose names differ from the names of their methods. */
const PERMISSIONS: Record<string, string[]> = {
  'artifactregistry.projects.locations.operations.get': [],
  'container.projects.locations.clusters.create': [
    'container.clusters.create',
    'iam.serviceAccounts.actAs',
  ],
  'serviceusage.operations.get': [],
  'serviceusage.services.batchEnable': ['serviceusage.services.enable'],
  'serviceusage.services.batchGet': ['serviceusage.services.get'],
};

/**
 * Returns the permissions that Google requires for a method.
 *
 * @see https://cloud.google.com/iam/docs/permissions-reference
 */
export const permissionsOf = (method: string): string[] =>
  PERMISSIONS[method] ?? [method.replace(/\.projects(?:\.locations)?\./, '.')];

/** Rejects requests that a role does not allow. */
export function enforce(role: Role): (request: LoggedRequest) => Fault | undefined {
  const allowed = new Set(role.includedPermissions);
  return ({ method }) => {
    const missing = permissionsOf(method).find((each) => !allowed.has(each));
    if (missing === undefined) return undefined;
    const message = `Permission '${missing}' denied on the resource (or it may not exist).`;
    return { code: 403, status: 'PERMISSION_DENIED', message };
  };
}
