/** What can be told of an effect's settings without running it. */
export { checkSchedule } from './cron.ts';
export { checkSettings, type SettingFault } from './settings.ts';
