import fs from 'node:fs';
import path from 'node:path';
import { GatiError, parseRange, parseSemver, satisfies } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import {
  type ForeignDeclaration,
  type MethodDescriptor,
  type ModuleDescriptor,
  parseDescriptor,
  parsePackage,
  parseSource,
} from '@gati/runtime-h3/modules/host';

/** Reads the methods of a package from its types. */
export type ReadPackageTypes = (
  name: string,
  module: string,
) => Promise<Record<string, MethodDescriptor>>;

interface InstalledPackage {
  folder: string;
  version: string;
  /** The field `gati` of its `package.json`. */
  gati: Record<string, unknown>;
}

/**
 * Describes the module that an installed package exports: by the descriptor in the field `gati` of
 * its `package.json`, or else by its types.
 *
 * @throws {GatiError} GATI_MODULE_SOURCE when it is not installed, GATI_MODULE_DESCRIPTOR
 */
export async function describePackage(
  declaration: ForeignDeclaration,
  root: string,
  readTypes: ReadPackageTypes,
): Promise<ModuleDescriptor> {
  const { name } = declaration;
  const { version, gati, packageName } = findInstalled(declaration, root);
  const { descriptor } = gati;
  if (isObject(descriptor)) return parseDescriptor(name, { protocol: 1, ...descriptor, version });
  const methods = await readTypes(packageName, name);
  return parseDescriptor(name, { name: packageName.slice(0, 100), version, protocol: 1, methods });
}

/**
 * Finds the installed package of a module.
 *
 * @throws {GatiError} GATI_MODULE_SOURCE when there is none in the range of the source
 */
export function findInstalled(
  { name, source }: ForeignDeclaration,
  root: string,
): InstalledPackage & { packageName: string } {
  const { name: packageName, range } = parsePackage(parseSource(name, source).target)!;
  const found = findPackage(root, packageName);
  if (found === undefined) throw packageError(name, `${packageName} is not installed.`, source);
  const version = parseSemver(found.version);
  const allowed = range === undefined ? undefined : parseRange(range);
  if (range !== undefined && allowed === undefined)
    throw packageError(name, `${range} is not a range of versions.`, source);
  if (version === undefined || (allowed && !satisfies(version, allowed)))
    throw packageError(name, `${packageName} has version ${found.version}.`, source);
  return { ...found, packageName };
}

/** Looks into `node_modules` of the root and of each folder above. */
function findPackage(root: string, name: string): InstalledPackage | undefined {
  for (let folder = root; ; folder = path.dirname(folder)) {
    const own = path.join(folder, 'node_modules', name);
    const file = path.join(own, 'package.json');
    if (fs.existsSync(file)) {
      const { version, gati } = JSON.parse(fs.readFileSync(file, 'utf8')) as Record<
        string,
        unknown
      >;
      return { folder: own, version: String(version), gati: isObject(gati) ? gati : {} };
    }
    if (path.dirname(folder) === folder) return undefined;
  }
}

function packageError(name: string, reason: string, source: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_SOURCE',
    message: `The module ${JSON.stringify(name)} can't come from ${source}: ${reason}`,
    fix: `Run \`npm install ${source.slice('npm:'.length)}\`, or correct the source.`,
  });
}
