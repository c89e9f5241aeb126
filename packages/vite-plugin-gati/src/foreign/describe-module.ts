import path from 'node:path';
import { GatiError } from '@gati/contract';
import {
  describeHttp,
  describeProcess,
  describeWasm,
  isSupervised,
  type ModuleDescriptor,
  parseSource,
  splitCommand,
  startGuardian,
} from '@gati/runtime-h3/modules/host';
import type { DeclaredModule } from './module-options.ts';
import { describePackage, type ReadPackageTypes } from './npm-package.ts';
import { programsFolder } from './programs.ts';

export interface DescribeOptions {
  root: string;
  env: Record<string, string | undefined>;
  logger: Parameters<typeof describeProcess>[1]['logger'];
  /** Reads the types of an `npm:` module. */
  readTypes: ReadPackageTypes;
}

/**
 * Reads the descriptor of a module. A module with a process runs while its descriptor is read.
 *
 * @throws {GatiError} GATI_MODULE_START, GATI_MODULE_DESCRIPTOR, GATI_MODULE_SOURCE
 */
export async function describeModule(
  declaration: DeclaredModule,
  options: DescribeOptions,
): Promise<ModuleDescriptor> {
  const { name, source, isolate } = declaration;
  const parsed = parseSource(name, source);
  if (parsed.kind === 'npm') return describePackage(declaration, options.root, options.readTypes);
  if (isSupervised(parsed, isolate)) {
    const guardian = startGuardian();
    try {
      return await describeProcess(declaration, {
        ...options,
        programs: programsFolder(),
        guardian,
      });
    } finally {
      guardian.close();
    }
  }
  if (parsed.kind === 'http') return describeHttp(declaration, options.env);
  if (parsed.kind === 'wasm')
    return describeWasm(name, path.resolve(options.root, splitCommand(parsed.target)[0]!));
  throw new GatiError({
    code: 'GATI_MODULE_SOURCE',
    message: `The module "${name}" has a source that this version can't read: ${parsed.kind}.`,
    fix: 'Update Gati, or declare the module with another source.',
  });
}
