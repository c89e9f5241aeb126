import type { ModuleDefinition } from '../types/modules.ts';

/**
 * Types the default export of a file in `src/modules` that needs setup or cleanup. A module without
 * either just exports functions.
 *
 * @example
 * export default defineModule({
 *   setup: async (gctx) => new Client(gctx.config.MAIL_URL),
 *   health: (client) => client.isConnected,
 *   dispose: (client) => client.close(),
 * });
 */
export function defineModule<Api>(definition: ModuleDefinition<Api>): ModuleDefinition<Api> {
  return definition;
}
