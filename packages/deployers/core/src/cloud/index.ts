/**
 * Entry `gati-deploy/cloud`: what packages of clouds, such as `@gati/cloud-aws`, implement.
 */
export {
  type Asset,
  type Cloud,
  type CloudRequest,
  type CloudService,
  type CloudSession,
  defineCloud,
  type Found,
  isOwn,
  ownTags,
  type Place,
  type Resource,
  type ResourceOptions,
} from './port.ts';
export type { CloudSettings } from '../config/settings.ts';
export type { ClusterAccess, ExecCredentials } from '../kube/access.ts';
export type { Credentials } from '../registry/credentials.ts';
