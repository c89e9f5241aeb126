import fs from 'node:fs';
import path from 'node:path';
import { GatiError, type Manifest, parseManifest } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { IMAGE_IGNORES, PACKAGES_FILE } from '@gati/contract/internal';

/** The output of `vite build`, as an image contains it. */
export interface Build {
  /** Absolute path of the folder. */
  folder: string;
  manifest: Manifest;
  /** Path below which the server has its routes; empty for the root. */
  basePath: string;
  /** Files of the image, sorted by path. */
  files: BuildFile[];
  /** Packages whose code the build contains. */
  packages: BuildPackage[];
}

export interface BuildPackage {
  name: string;
  version: string;
  license?: string;
}

export interface BuildFile {
  /** Below the folder of the build, with `/`. */
  path: string;
  /** Absolute path on disk. */
  source: string;
  /** Bytes. */
  size: number;
  isExecutable: boolean;
}

const BASE = 'http://localhost';
const MANIFEST = 'gati.manifest.json';
const MANIFEST_LIMIT = 64 * 1_048_576;
/** Maximum number of files; no build has that many. */
const FILE_LIMIT = 200_000;

/**
 * Reads the folder of a build.
 *
 * @throws {GatiError} GATI_DEPLOY_BUILD when the folder is not a build
 */
export function readBuild(folder: string): Build {
  const absolute = path.resolve(folder);
  const file = path.join(absolute, MANIFEST);
  if (!fs.existsSync(file)) throw noBuildError(`there is no ${MANIFEST} in ${absolute}`);
  if (fs.statSync(file).size > MANIFEST_LIMIT) throw noBuildError(`${file} is longer than 64 MiB`);
  const manifest = parseManifest(fs.readFileSync(file, 'utf8'));
  if (manifest.release.code === undefined)
    throw noBuildError(`${file} describes sources that were not bundled`);
  const files = [...filesBelow(absolute, absolute)]
    .filter(({ path: name }) => !isIgnored(name))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  if (files.length > FILE_LIMIT) throw noBuildError(`it has ${files.length} files`);
  if (!files.some(({ path: name }) => name === 'server/index.mjs'))
    throw noBuildError(`there is no server/index.mjs in ${absolute}`);
  return {
    folder: absolute,
    manifest,
    basePath: readBasePath(absolute),
    files,
    packages: readPackages(absolute),
  };
}

/** @throws {GatiError} GATI_DEPLOY_BUILD when an older version of Gati wrote the build */
function readPackages(folder: string): BuildPackage[] {
  const file = path.join(folder, PACKAGES_FILE);
  if (!fs.existsSync(file)) throw noBuildError(`there is no ${PACKAGES_FILE} in ${folder}`);
  if (fs.statSync(file).size > MANIFEST_LIMIT) throw noBuildError(`${file} is longer than 64 MiB`);
  const { packages } = JSON.parse(fs.readFileSync(file, 'utf8')) as { packages?: unknown };
  if (!Array.isArray(packages) || !packages.every(isPackage))
    throw noBuildError(`${file} is not a list of packages`);
  return packages;
}

const isPackage = (value: unknown): value is BuildPackage =>
  isObject(value) && typeof value['name'] === 'string' && typeof value['version'] === 'string';

/** Reads the base from the OpenAPI document, since the manifest has none. */
function readBasePath(folder: string): string {
  const file = path.join(folder, 'openapi.json');
  if (!fs.existsSync(file) || fs.statSync(file).size > MANIFEST_LIMIT) return '';
  const { servers } = JSON.parse(fs.readFileSync(file, 'utf8')) as { servers?: { url: string }[] };
  const url = servers?.[0]?.url ?? '/';
  return URL.canParse(url, BASE) ? new URL(url, BASE).pathname.replace(/\/$/, '') : '';
}

function* filesBelow(folder: string, root: string): Generator<BuildFile> {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const source = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* filesBelow(source, root);
      continue;
    }
    const real = entry.isSymbolicLink() ? targetOf(source) : source;
    // A link to a file outside would copy a secret of this machine into the image.
    if (!real.startsWith(fs.realpathSync(root) + path.sep) && entry.isSymbolicLink())
      throw noBuildError(`${source} links to a file outside of the build`);
    const stat = fs.statSync(real);
    // A folder could contain itself. A socket or a pipe has no end.
    if (!stat.isFile()) throw noBuildError(`${source} is not a file`);
    const name = path.relative(root, source).split(path.sep).join('/');
    yield { path: name, source: real, size: stat.size, isExecutable: (stat.mode & 0o100) !== 0 };
  }
}

function targetOf(link: string): string {
  try {
    return fs.realpathSync(link);
  } catch {
    throw noBuildError(`${link} links to nothing`);
  }
}

const ignored = IMAGE_IGNORES.map(
  (pattern) =>
    new RegExp(
      `^${pattern
        .replaceAll(/[.]/g, '\\.')
        .replace('**/', '(?:.*/)?')
        .replaceAll(/(?<!\.)\*/g, '[^/]*')}$`,
    ),
);

const isIgnored = (name: string): boolean => ignored.some((pattern) => pattern.test(name));

function noBuildError(why: string): GatiError {
  return new GatiError({
    code: 'GATI_DEPLOY_BUILD',
    message: `There is no build to deploy: ${why}.`,
    fix: 'Run `vite build` first, or name its folder with `--outDir`.',
  });
}
