import type { ForeignDeclaration } from '../types/foreign.ts';
import type { ModulesPort } from '../types/module-item.ts';
import { listModules } from './list-modules.ts';
import { requestSwap } from './request-swap.ts';

/**
 * Creates the access of the panel to the modules of a server, as `gati modules` has it.
 *
 * @param folder root of an app in development, output folder of a build
 * @param declared returns the modules that the app declares now
 */
export const createModulesPort = (
  folder: string,
  declared: () => readonly (ForeignDeclaration & { version?: string })[],
): ModulesPort => ({
  list: () => listModules([folder], declared()),
  swap: (name) => requestSwap([folder], name, undefined),
});
