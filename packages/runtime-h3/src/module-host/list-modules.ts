import type { ForeignDeclaration } from '../types/foreign.ts';
import type { ModuleItem } from '../types/module-item.ts';
import { sendModuleCommand } from './control.ts';
import { describeGrants } from './module-item.ts';

/**
 * Lists declared modules, with the health that the first running server of the folders reports.
 *
 * @param folders root of an app in development, output folder of a build
 */
export async function listModules(
  folders: readonly string[],
  declared: readonly ForeignDeclaration[],
): Promise<ModuleItem[]> {
  for (const folder of folders) {
    const reply = await sendModuleCommand(folder).catch(() => undefined);
    if (reply && 'modules' in reply) return reply.modules;
  }
  return declared.map((declaration) => ({
    name: declaration.name,
    source: declaration.source,
    ...(declaration.version !== undefined && { version: declaration.version }),
    ...describeGrants(declaration),
    health: 'unknown',
  }));
}
