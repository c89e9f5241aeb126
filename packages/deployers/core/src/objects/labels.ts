import type { KubeObject } from '../kube/cluster.ts';
import type { ReleaseFacts, Target } from './target.ts';

export const LABELS = {
  app: 'gati.dev/app',
  environment: 'gati.dev/env',
  role: 'gati.dev/role',
  domain: 'gati.dev/domain',
  /** Name of the objects of a module with separate pods. */
  module: 'gati.dev/module',
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
  /** Modules with separate pods that the release calls, as JSON. */
  modules: 'gati.dev/modules',
  /** The revision that gets a share of the requests besides the live one. */
  canary: 'gati.dev/canary',
  /** Revisions that were live, the newest first. */
  history: 'gati.dev/history',
} as const;

export const MANAGER = 'gati-deploy';

/** Labels by which all objects of an app are found. */
export function identityLabels({
  app,
  environment,
}: Pick<Target, 'app' | 'environment'>): Record<string, string> {
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

/** Whether an object belongs to a module with separate pods. */
export const isModule = ({ metadata }: Pick<KubeObject, 'metadata'>): boolean =>
  metadata.labels?.[LABELS.module] !== undefined;
