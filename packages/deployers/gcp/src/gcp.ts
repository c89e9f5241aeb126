import type { Place, Resource } from 'gati-deploy/cloud';
import type { Api, Method } from './api.ts';
import type { Names } from './names.ts';

/** Open project, for one environment of an app. */
export interface Gcp {
  place: Place;
  names: Names;
  api: Api;
  project: string;
  region: string;
}

/** A resource of Google Cloud, with the methods that its requests call. */
export interface GcpResource extends Resource {
  methods: Method[];
  /** Permissions of requests that call no method, such as those to a registry. */
  permissions?: string[];
}
