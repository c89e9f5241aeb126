/** Plain facts about effects and their queues, for the build: nothing here runs an effect or loads a driver. */
export { checkSchedule } from './engine/cron.ts';
export { checkSettings, type SettingError } from './effect-settings.ts';
export { bundledQueues, CLOUD_QUEUES, type CloudQueue, sdkOf } from './drivers/registry.ts';
