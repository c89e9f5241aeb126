import type { ReleaseFacts, Target } from './target.ts';

export const LABELS = {
  app: 'gati.dev/app',
  environment: 'gati.dev/env',
  role: 'gati.dev/role',
  domain: 'gati.dev/domain',
  release: 'gati.dev/release',
  version: 'gati.dev/version',
  /** Digest of the pod template: release, image and settings. */
  revision: 'gati.dev/revision',
  /** Membership in the set of objects that a deploy prunes. */
  partOf: 'applyset.kubernetes.io/part-of',
} as const;

export const ANNOTATIONS = {
  /** The applied object as JSON. */
  applied: 'gati.dev/applied',
  /** Paths of the domains with separate pods, as JSON. */
  paths: 'gati.dev/paths',
  /** Releases with separate pods beside the live one, as JSON. */
  isolated: 'gati.dev/isolated',
  /** The revision that gets a share of the requests besides the live one. */
  canary: 'gati.dev/canary',
  /** Revisions that were live, the newest first. */
  history: 'gati.dev/history',
} as const;

export const MANAGER = 'gati-deploy';

/** Labels by which all objects of an app are found. */
export function identityLabels({ app, environment }: Target): Record<string, string> {
  return { [LABELS.app]: app, [LABELS.environment]: environment };
}

export function commonLabels(target: Target): Record<string, string> {
  return {
    'app.kubernetes.io/managed-by': MANAGER,
    'app.kubernetes.io/name': target.app,
    ...identityLabels(target),
  };
}

export function releaseLabels({ id, version }: ReleaseFacts): Record<string, string> {
  return {
    [LABELS.release]: id,
    // A label can't contain `+`, but a version can.
    [LABELS.version]: version.replaceAll('+', '_').slice(0, 63),
  };
}
