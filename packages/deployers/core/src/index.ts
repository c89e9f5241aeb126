/**
 * Entry `gati-deploy`: functions for `gati.deploy.yaml`, for tools that read or write this file.
 */
export { parseConfig } from './config/read-config.ts';
export { printDeploySchema } from './config/schema.ts';
export type { EnvValue, ImageSettings, KubernetesSettings, Settings } from './config/settings.ts';
