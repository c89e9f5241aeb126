/** What the development server needs besides the app: the parts that `server` puts together in production. */
export { type Context, createGlobalContext, type GlobalContextOptions } from './context/global.ts';
export { ABI } from './releases/bundle.ts';
export { wantsPage } from './server/http/client-files.ts';
export { refuse } from './server/http/raw-problem.ts';
export { upgrades, isHandshake, replay } from './server/http/upgrade-replay.ts';
export { openAnyQueue, runEffects } from './effects/command/run-command.ts';
export { QUEUES } from './effects/drivers/registry.ts';
