/** What the development server needs besides the app: the parts that `server` puts together in production. */
export { type Context, createGlobalContext, type GlobalContextOptions } from './context/global.ts';
export { ABI } from './releases/bundle.ts';
export { wantsPage } from './server/client-files.ts';
export { refuse } from './server/refuse.ts';
export { upgrades, isHandshake, replay } from './server/replay.ts';
export { openAnyQueue, runEffects } from './effects/tools.ts';
export { QUEUES } from './effects/queues.ts';
