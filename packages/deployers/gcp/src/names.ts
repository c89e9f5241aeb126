import { createHash } from 'node:crypto';
import type { Place } from 'gati-deploy/cloud';

/** Names of the resources of one environment of an app. */
export interface Names {
  /** `APP-ENVIRONMENT`, the name of most resources. */
  base: string;
  cluster: string;
  /** Labels of the resources. Google Cloud allows neither dots nor slashes in them. */
  labels: Record<string, string>;
  /** `projects/PROJECT/locations/REGION` */
  location: string;
}

/** Maximum length of the name of a cluster. */
const CLUSTER_LIMIT = 40;

export function createNames(place: Place, project: string, region: string): Names {
  const base = `${place.app}-${place.environment}`;
  return {
    base,
    cluster: place.settings.cluster ?? shorten(base, CLUSTER_LIMIT),
    labels: { 'gati-app': place.app, 'gati-env': place.environment },
    location: `projects/${project}/locations/${region}`,
  };
}

/** Shortens a name to `limit` characters. A shortened name ends with a part of its digest. */
export function shorten(name: string, limit: number): string {
  if (name.length <= limit) return name;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 6);
  return `${name.slice(0, limit - 7).replace(/-$/, '')}-${digest}`;
}

/** Whether the labels of a resource say that a deploy of this app and environment created it. */
export function hasOwnLabels({ labels }: Names, found: Record<string, string> = {}): boolean {
  return Object.entries(labels).every(([name, value]) => found[name] === value);
}
