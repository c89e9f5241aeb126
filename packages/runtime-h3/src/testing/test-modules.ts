import type { ForeignBinding, ForeignDeclaration } from '../types/foreign.ts';
import type { ForeignCode, ForeignPlace, ReleaseBundle } from '../types/bundle.ts';
import type { Logger } from '../types/context.ts';
import type { ModuleProcesses } from '../module-host/index.ts';

/** Returns the release with other modules in place of its own. */
export function replaceModules(
  release: ReleaseBundle,
  replacements: Readonly<Record<string, unknown>> = {},
): ReleaseBundle {
  const names = Object.keys(replacements);
  if (names.length === 0) return release;
  const modules = names.map((name) => {
    const definition = { setup: () => replacements[name] };
    return [name, async () => ({ default: definition })] as const;
  });
  const foreign = release.foreign && keepModules(release.foreign, (name) => !names.includes(name));
  const { foreign: _, ...rest } = release;
  return {
    ...rest,
    modules: { ...release.modules, ...Object.fromEntries(modules) },
    ...(foreign && { foreign }),
  };
}

/** Returns `undefined` if no module is left. */
function keepModules(
  foreign: ForeignCode,
  isKept: (name: string) => boolean,
): ForeignCode | undefined {
  const kept = Object.entries(foreign.modules).filter(([name]) => isKept(name));
  if (kept.length === 0) return undefined;
  return { ...foreign, modules: Object.fromEntries<ForeignBinding>(kept) };
}

/**
 * Starts the processes of a release's modules. Resolves when the first attempt of each has ended;
 * calls of a module that did not start get 503. `undefined` without such modules.
 */
export async function startModules(
  { foreign }: ReleaseBundle,
  options: { logger: Logger; env: NodeJS.ProcessEnv },
): Promise<ModuleProcesses | undefined> {
  const declarations: ForeignDeclaration[] = Object.values(foreign?.modules ?? {});
  if (declarations.length === 0) return undefined;
  const { ModuleProcesses } = await import('../module-host/index.ts');
  const place: ForeignPlace | undefined = foreign?.place;
  const processes = new ModuleProcesses({ ...options, root: process.cwd(), ...place });
  await Promise.all(declarations.map((each) => processes.add(each)));
  return processes;
}
