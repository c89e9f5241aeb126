/**
 * Entry `@gati/runtime-h3/effects/settings`: facts about effects and their queues, for the build.
 * Nothing here runs an effect or loads a driver. Internal: for the plugin; changes without notice.
 */
export { checkSchedule } from './engine/cron.ts';
export { checkSettings, type SettingError } from './effect-settings.ts';
export { bundledQueues, CLOUD_QUEUES, type CloudQueue, sdkOf } from './drivers/registry.ts';
