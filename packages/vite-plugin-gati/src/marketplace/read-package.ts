import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { canonicalJson } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { parseTar } from 'nanotar';
import { type ModuleDescriptor, parseDescriptor } from '@gati/runtime-h3/modules/host';
import { refusedError } from './errors.ts';
import { type Grants, parseGrants } from './grants.ts';
import type { PackageVersion } from './packument.ts';

/** Maximum bytes of an unpacked package. */
const MAX_UNPACKED = 134_217_728;

/** Facts of a package, read from its tarball. */
export interface PackageContent {
  grants: Grants;
  /** Absent: the methods follow from the types of the package. */
  descriptor?: ModuleDescriptor;
  /** Repository of `package.json`, as an `https:` URL without `.git`. */
  repository?: string;
}

/** Scripts that npm runs when it installs a package. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
/** Specifiers of dependencies that are not on a registry. */
const NOT_REGISTRY = /[:/]/;

/**
 * Checks a tarball and reads its `package.json`. Nothing is written to disk.
 *
 * @throws {GatiError} GATI_MODULE_REFUSED when the bytes do not match the digest of the registry,
 * or when the package may not be installed
 */
export function readPackage(bytes: Buffer, described: PackageVersion): PackageContent {
  const target = `${described.name}@${described.version}`;
  const sha512 = createHash('sha512').update(bytes).digest('base64');
  if (`sha512-${sha512}` !== described.integrity)
    throw refusedError(
      target,
      'its tarball is not the one that the registry describes (SHA-512 differs)',
      'Try again later, and report it to the registry if it stays. Somebody may have changed it.',
    );
  const files = unpack(bytes, target);
  const manifest = readManifest(files, target);
  checkSame(manifest, described, target);
  checkScripts(manifest, files, target);
  checkDependencies(manifest, target);
  return { ...readGati(manifest, described, target), ...repositoryOf(manifest) };
}

type Files = Map<string, Uint8Array>;

function unpack(bytes: Buffer, target: string): Files {
  try {
    const tar = gunzipSync(bytes, { maxOutputLength: MAX_UNPACKED });
    const files: Files = new Map();
    // A copy: the library reads from the start of the buffer that a Buffer may share with others.
    for (const { name, data } of parseTar(Uint8Array.from(tar)))
      if (data) files.set(name.replace(/^\.?\/?[^/]+\//, ''), data);
    return files;
  } catch {
    throw refusedError(
      target,
      'its tarball is damaged or unpacks to more than 128 MB',
      'Ask its author to publish it again.',
    );
  }
}

function readManifest(files: Files, target: string): Record<string, unknown> {
  try {
    const manifest: unknown = JSON.parse(Buffer.from(files.get('package.json')!).toString('utf8'));
    if (isObject(manifest)) return manifest;
  } catch {
    // The error below has the fix.
  }
  throw refusedError(target, 'it has no readable package.json', 'Use another package.');
}

/** The registry's description comes from the publisher, and may differ from the tarball. */
function checkSame(
  manifest: Record<string, unknown>,
  { manifest: described }: PackageVersion,
  target: string,
): void {
  const differs = ['name', 'version', 'dependencies', 'optionalDependencies', 'gati'].find(
    (field) => canonicalJson(manifest[field] ?? {}) !== canonicalJson(described[field] ?? {}),
  );
  if (differs !== undefined)
    throw refusedError(
      target,
      `\`${differs}\` in its tarball is not what the registry shows`,
      'Use another package: this one hides what it contains.',
    );
}

function checkScripts(manifest: Record<string, unknown>, files: Files, target: string): void {
  const scripts = isObject(manifest['scripts']) ? manifest['scripts'] : {};
  const script = INSTALL_SCRIPTS.find((name) => scripts[name] !== undefined);
  // npm builds such a package when it installs it.
  if (script !== undefined || files.has('binding.gyp'))
    throw refusedError(
      target,
      script === undefined
        ? 'it compiles code when it is installed (binding.gyp)'
        : `it runs a script when it is installed (${script})`,
      'Use a package without install scripts.',
    );
}

function checkDependencies(manifest: Record<string, unknown>, target: string): void {
  const found = findForeignDependency(manifest);
  if (found !== undefined)
    throw refusedError(
      target,
      `its dependency ${found} is not on a registry`,
      'Use a package whose dependencies have versions.',
    );
}

/** Returns a dependency that comes from git, a URL or a folder. */
export function findForeignDependency(manifest: Record<string, unknown>): string | undefined {
  for (const field of ['dependencies', 'optionalDependencies'])
    for (const [name, range] of Object.entries(isObject(manifest[field]) ? manifest[field] : {}))
      if (typeof range !== 'string' || (NOT_REGISTRY.test(range) && !range.startsWith('npm:')))
        return `${name} (${String(range).slice(0, 200)})`;
  return undefined;
}

function readGati(
  manifest: Record<string, unknown>,
  { name, version }: PackageVersion,
  target: string,
): Pick<PackageContent, 'grants' | 'descriptor'> {
  const gati = manifest['gati'];
  const grants = isObject(gati) ? parseGrants(gati['grants']) : undefined;
  if (!isObject(gati) || grants === undefined)
    throw refusedError(
      target,
      isObject(gati)
        ? '`gati.grants` of its package.json is not valid'
        : 'it is not a module of Gati',
      'A module has the field `gati` in its package.json: `gati modules search`.',
    );
  const { descriptor } = gati;
  if (!isObject(descriptor)) return { grants };
  return { grants, descriptor: parseDescriptor(name, { protocol: 1, ...descriptor, version }) };
}

function repositoryOf({ repository }: Record<string, unknown>): { repository?: string } {
  const text = isObject(repository) ? repository['url'] : repository;
  if (typeof text !== 'string') return {};
  const short = /^(?:github:)?([\w.-]+\/[\w.-]+)$/.exec(text);
  const url = short ? `https://github.com/${short[1]}` : text.replace(/^git\+/, '');
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed === undefined
    ? {}
    : { repository: normalizeRepository(`https://${parsed.host}${parsed.pathname}`) };
}

/** Returns the URL of a repository in the form in which two can be compared. */
export const normalizeRepository = (url: string): string =>
  url
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
