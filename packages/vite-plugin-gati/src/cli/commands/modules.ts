import path from 'node:path';
import { count } from '@gati/contract/internal';
import { usageError } from '@gati/runtime-h3/command';
import {
  type ConformanceCheck,
  describeOwnFile,
  isSupervised,
  listModules,
  type ModuleItem,
  parseSource,
  printModules,
  startGuardian,
  requestSwap,
  verifyModule,
} from '@gati/runtime-h3/modules/host';
import { createTextLogger } from '@gati/runtime-h3/telemetry';
import { isCi } from '../../files/is-ci.ts';
import { LOCK_FILE } from '../../foreign/lock.ts';
import { type DeclaredModule, parseDeclaration } from '../../foreign/module-options.ts';
import { isIsolatedPackage } from '../../foreign/built-declaration.ts';
import { programsFolder } from '../../foreign/programs.ts';
import type { Project } from '../../project.ts';
import { openApp } from '../app.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { printChecks } from '../print-checks.ts';
import { MARKET_ACTIONS, runMarket } from './marketplace.ts';

/** `gati modules list | verify | swap`, and the actions of the marketplace. */
export async function run(call: Call): Promise<number> {
  const { action, name, source } = call.args as Record<string, string | undefined>;
  const { config, context } = await openApp(call);
  call.onStop(() => context.close());
  try {
    const { project } = context;
    const folders = [project.root, path.resolve(project.root, config.build.outDir)];
    if (MARKET_ACTIONS.includes(action ?? '')) return await runMarket(call, project);
    if (action === 'list') return await list(call, project, folders);
    if (action === 'verify' && name !== undefined) return await verify(call, project, name);
    if (action === 'swap' && name !== undefined) {
      const { version, descriptor } = await requestSwap(folders, name, source);
      // The next build has the contract of the module that serves.
      const isPinned = !isCi() && (await project.foreign.pin(name, descriptor));
      call.output.line(`${name} has version ${version} now`);
      if (isPinned) call.output.line(`wrote ${LOCK_FILE}`);
      call.output.document({ name, version });
      return OK;
    }
    throw usageError(
      '`gati modules` needs an action: list, verify, swap, search, info, add, update, remove or publish',
      'Run `gati modules --help`.',
    );
  } finally {
    await context.close();
  }
}

async function list({ output }: Call, project: Project, folders: string[]): Promise<number> {
  const scan = await project.scan();
  for (const diagnostic of scan.diagnostics) output.diagnostic(diagnostic);
  const versions = new Map(scan.foreign?.map(({ name, version }) => [name, version]));
  const declared = project.foreign.declared.map((module) => {
    const version = versions.get(module.name);
    return { ...module, ...(version !== undefined && { version }) };
  });
  const foreign = declared.length === 0 ? [] : await listModules(folders, declared);
  const own = scan.modules.map(({ name, file }) => describeOwnFile(name, file));
  const modules: ModuleItem[] = [...own, ...foreign].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const line of printModules(modules, output.style)) output.line(line);
  output.document({ modules });
  return OK;
}

/** Runs the conformance suite on a declared module, or on a source. */
async function verify({ output }: Call, project: Project, wanted: string): Promise<number> {
  const declared: DeclaredModule =
    project.foreign.declared.find(({ name }) => name === wanted) ??
    parseDeclaration('module', wanted, 'the command line');
  const { name, source, isolate } = declared;
  const checks = isSupervised(parseSource(name, source), isolate)
    ? await verifyProcess(await prepare(declared, project), project.root)
    : [await verifyDescriptor(declared, project)];
  const ok = printChecks(output, checks);
  output.document({ ok, checks });
  return ok ? OK : FINDING;
}

/** Bundles a package that runs in a separate process, as the development server does. */
async function prepare(module: DeclaredModule, project: Project): Promise<DeclaredModule> {
  if (!isIsolatedPackage(module)) return module;
  const { prepareInRoot } = await import('../../foreign/prepare-package.ts');
  await project.foreign.pinAll({ refresh: false });
  return prepareInRoot(project, module);
}

async function verifyProcess(module: DeclaredModule, root: string): Promise<ConformanceCheck[]> {
  const guardian = startGuardian();
  try {
    return await verifyModule(module, {
      root,
      programs: programsFolder(),
      guardian,
      logger: createTextLogger({ level: 'warn' }),
    });
  } finally {
    guardian.close();
  }
}

/**
 * Checks a source without a process. Only its descriptor can be checked, which is made from the
 * file or document of the source.
 */
async function verifyDescriptor(
  module: DeclaredModule,
  { root, foreign: { readTypes } }: Project,
): Promise<ConformanceCheck> {
  const { describeModule } = await import('../../foreign/describe-module.ts');
  const name = 'has a descriptor that can be used';
  try {
    const logger = createTextLogger({ level: 'warn' });
    const { version, methods } = await describeModule(module, {
      root,
      env: process.env,
      logger,
      readTypes,
    });
    const detail = `${version}, ${count(Object.keys(methods).length, 'method')}`;
    return { name, ok: true, detail };
  } catch (error) {
    return { name, ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}
