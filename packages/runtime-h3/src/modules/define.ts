import type { ModuleDefinition } from '../types/modules.ts';

/** Types a module that has a life of its own: `export default defineModule({ setup, dispose, health })`. */
export function defineModule<Api>(definition: ModuleDefinition<Api>): ModuleDefinition<Api> {
  return definition;
}
