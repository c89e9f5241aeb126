/** What can be told of an effect's settings without running it. */
export { checkSchedule } from './engine/cron.ts';
export { checkSettings, type SettingError } from './effect-settings.ts';
