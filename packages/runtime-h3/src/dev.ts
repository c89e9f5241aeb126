/** What the development server needs besides the app: the parts that `server` puts together in production. */
export {
  type AppContext,
  createGlobalContext,
  type GlobalContextOptions,
} from './global-context/create-global-context.ts';
export { ABI } from './types/bundle.ts';
export { wantsPage } from './server/http/client-files.ts';
export { endWithProblem } from './server/http/raw-problem.ts';
export {
  wantsHandover,
  isWebSocketHandshake,
  reparseWithoutUpgrade,
} from './server/http/upgrade-replay.ts';
export { openAnyQueue, runEffectsInFolder } from './effects/command/run-command.ts';
export { ALL_QUEUES } from './effects/drivers/registry.ts';
