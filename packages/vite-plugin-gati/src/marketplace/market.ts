import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { parseDocument as parseYaml, stringify } from 'yaml';
import { type PinnedPackage, readPackages, writePackages } from '../foreign/lock.ts';
import { type DeclaredModule, parseDeclaration } from '../foreign/module-options.ts';
import { isDeclaration } from '../foreign/read-declarations.ts';
import { MODULES } from '../scan/layout.ts';
import { refusedError, registryError } from './errors.ts';
import { installPackage, uninstallPackage } from './npm-install.ts';
import { pickVersion } from './packument.ts';
import { readProvenance } from './provenance.ts';
import { readPackage } from './read-package.ts';
import { openRegistry, type Registry } from './registry.ts';
import {
  type Allowed,
  type Candidate,
  checkAge,
  checkUpdate,
  type UpdateChanges,
} from './rules.ts';
import { openSigstore, type Sigstore } from './sigstore.ts';

/** Maximum number of packages of one search. */
const SEARCH_LIMIT = 20;

const PACKAGE = /^((?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*)(?:@(.+))?$/i;

/** A package in the results of a search. */
export interface FoundPackage {
  name: string;
  version: string;
  description: string;
}

/** One module of the app from a package. */
export interface AddedModule {
  /** Name in `gctx.modules`. */
  name: string;
  candidate: Candidate;
  changes?: UpdateChanges;
}

export interface MarketOptions {
  root: string;
  registry: string;
  /** File with the keys of another Sigstore. */
  trustRoot?: string | undefined;
  /** Modules that the app declares. */
  declared: readonly DeclaredModule[];
  /** Whether `add`, `update` and `remove` run npm. */
  install: boolean;
}

/** The marketplace: npm, with rules. `gati modules` uses it. */
export interface Market {
  search(text: string): Promise<FoundPackage[]>;
  /** Reads and checks a package, but not its age. */
  inspect(target: string): Promise<Candidate>;
  /** @param name in `gctx.modules`; follows from the package by default */
  add(target: string, name: string | undefined, allowed: Allowed): Promise<AddedModule>;
  update(name: string, allowed: Allowed): Promise<AddedModule>;
  remove(name: string): Promise<{ name: string; package: string }>;
}

export function openMarket({
  root,
  registry: url,
  trustRoot,
  declared,
  install,
}: MarketOptions): Market {
  const registry = openRegistry(url);
  let sigstore: Promise<Sigstore> | undefined;
  const open = (): Promise<Sigstore> => (sigstore ??= openSigstore(trustRoot));

  async function save(name: string, candidate: Candidate): Promise<void> {
    const { described } = candidate;
    const source = `npm:${described.name}@${described.version}`;
    const module = declared.find((each) => each.name === name);
    const file = module ? declarationOf(module) : `${MODULES}/${name}.module.yaml`;
    parseDeclaration(name, source, file);
    if (install) await installPackage(root, described, url);
    writeDeclaration(path.join(root, file), source);
    await writePackages(root, { ...readPackages(root), [described.name]: toPinned(candidate) });
  }

  return {
    search: async (text) => readResults(await registry.search(text, SEARCH_LIMIT), registry),
    inspect: (target) => inspect(registry, target, open),
    async add(target, wanted, allowed) {
      const candidate = await inspect(registry, target, open);
      const { described } = candidate;
      checkAge(described, allowed.minAge, Date.now());
      const pinned = readPackages(root)[described.name];
      const changes = pinned && checkUpdate(pinned, candidate, allowed);
      const name = wanted ?? toModuleName(described.name);
      const other = declared.find((module) => module.name === name);
      if (other && packageOf(other) !== described.name)
        throw refusedError(
          `the name ${name}`,
          `${other.file} declares another module with it`,
          'Choose another name with `--as NAME`.',
        );
      await save(name, candidate);
      return { name, candidate, ...(changes && { changes }) };
    },
    async update(name, allowed) {
      const packageName = packageOf(findModule(declared, name));
      const pinned = packageName === undefined ? undefined : readPackages(root)[packageName];
      if (packageName === undefined || pinned === undefined)
        throw refusedError(
          `the module ${name}`,
          'it was not added from the marketplace',
          'Add it with `gati modules add`.',
        );
      declarationOf(findModule(declared, name));
      const candidate = await inspect(registry, packageName, open);
      const changes = checkUpdate(pinned, candidate, allowed);
      if (candidate.described.version !== pinned.version) {
        checkAge(candidate.described, allowed.minAge, Date.now());
        await save(name, candidate);
      }
      return { name, candidate, changes };
    },
    async remove(name) {
      const module = findModule(declared, name);
      const packageName = packageOf(module);
      const packages = readPackages(root);
      if (packageName === undefined || packages[packageName] === undefined)
        throw refusedError(
          `the module ${name}`,
          'it was not added from the marketplace',
          `Remove its declaration in ${module.file}.`,
        );
      fs.rmSync(path.join(root, declarationOf(module)), { force: true });
      const isUsed = declared.some((each) => each !== module && packageOf(each) === packageName);
      if (isUsed) return { name, package: packageName };
      const { [packageName]: _removed, ...rest } = packages;
      await writePackages(root, rest);
      if (install) await uninstallPackage(root, packageName);
      return { name, package: packageName };
    },
  };
}

async function inspect(
  registry: Registry,
  target: string,
  open: () => Promise<Sigstore>,
): Promise<Candidate> {
  const [, name, range] = PACKAGE.exec(target) ?? [];
  if (name === undefined)
    throw refusedError(
      target,
      'it is not the name of a package on the registry',
      'Name a package and maybe a version: `gati modules add @acme/fx@^2`.',
    );
  const described = pickVersion(await registry.packument(name), name, range);
  const content = readPackage(await registry.tarball(described.tarball), described);
  const provenance = await readProvenance(registry, described, content.repository, open);
  return { described, content, provenance };
}

const toPinned = ({ described, content, provenance }: Candidate): PinnedPackage => ({
  version: described.version,
  integrity: described.integrity,
  ...(provenance && { provenance }),
  grants: content.grants,
  ...(content.descriptor && { descriptor: content.descriptor }),
});

function readResults(found: unknown, registry: Registry): FoundPackage[] {
  const objects = isObject(found) ? found['objects'] : undefined;
  if (!Array.isArray(objects)) throw registryError(registry.url, 'does not respond with results');
  return objects.slice(0, SEARCH_LIMIT).flatMap((each: unknown): FoundPackage[] => {
    const entry = isObject(each) ? each['package'] : undefined;
    if (!isObject(entry)) return [];
    const { name, version, description = '' } = entry;
    const isText = typeof name === 'string' && typeof version === 'string';
    return isText ? [{ name, version, description: String(description).slice(0, 300) }] : [];
  });
}

function findModule(declared: readonly DeclaredModule[], name: string): DeclaredModule {
  const module = declared.find((each) => each.name === name);
  if (module) return module;
  throw new GatiError({
    code: 'GATI_USAGE',
    message: `The app has no module "${name}".`,
    fix: 'List the modules with `gati modules list`.',
  });
}

/** Returns the name of the package of an `npm:` module. */
const packageOf = ({ source }: DeclaredModule): string | undefined =>
  source.startsWith('npm:') ? PACKAGE.exec(source.slice('npm:'.length))?.[1] : undefined;

/**
 * Returns the file that declares a module.
 *
 * @throws {GatiError} GATI_MODULE_REFUSED when it is the configuration of Vite, which is code
 */
function declarationOf({ name, file, source }: DeclaredModule): string {
  if (isDeclaration(file)) return file;
  throw refusedError(
    `the module ${name}`,
    'gati({ modules }) declares it, and Gati does not change code',
    `Remove it there, or write the line \`source: ${source}\` to ${MODULES}/${name}.module.yaml instead.`,
  );
}

/** `@acme/fx-rates` → `fxRates`. */
export function toModuleName(packageName: string): string {
  const words = packageName
    .replace(/^@[^/]*\//, '')
    .replace(/^gati-(?:module-)?/, '')
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== '');
  const [first = 'module', ...rest] = words;
  const name = [first, ...rest.map((word) => word[0]!.toUpperCase() + word.slice(1))].join('');
  return /^\d/.test(name) ? `_${name}` : name;
}

/** Writes the source of a module. Keeps the other settings and comments of the file. */
function writeDeclaration(file: string, source: string): void {
  if (!fs.existsSync(file)) {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, stringify({ source }));
    return;
  }
  const document = parseYaml(fs.readFileSync(file, 'utf8'));
  document.set('source', source);
  fs.writeFileSync(file, document.toString());
}
