/**
 * Entry `gati-deploy`: what the command reads, for tools that write `gati.deploy.yaml`.
 */
export { parseConfig } from './config/read-config.ts';
export { printDeploySchema } from './config/schema.ts';
export type { EnvValue, ImageSettings, KubernetesSettings, Settings } from './config/settings.ts';
