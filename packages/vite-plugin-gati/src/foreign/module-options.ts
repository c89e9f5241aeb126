import { type ContainerScaling, GatiError } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import { suggest } from '@gati/contract/internal';
import {
  type ForeignDeclaration,
  hasCredentials,
  isPinnedImage,
  MODULE_LIMITS,
  type ModuleAllowances,
  type ModuleLimits,
  OWN_HEADERS,
  parseSource,
  type SourceKind,
  variablesOf,
} from '@gati/runtime-h3/modules/host';

/** Declaration of a foreign module: its source, or the source with settings. */
export type ModuleOption = string | ModuleSettings;

/** Settings of a foreign module, in `gati({ modules })` or in `src/modules/<name>.module.yaml`. */
export interface ModuleSettings {
  /**
   * Where the module comes from: `exec:./modules/scorer`, `docker:IMAGE`, `npm:PACKAGE`,
   * `wasm:./FILE`, `mcp:…`, or an http(s) URL.
   */
  source: string;
  /** Names of environment variables that its process gets, besides `PATH`, `HOME`, `LANG` and `TZ`. */
  env?: string[];
  /** Files and folders that the build copies besides the folder of the program. */
  files?: string[];
  /** Runs an `npm:` module in a separate process, and an `exec:` or `mcp:` module in a sandbox. */
  isolate?: boolean;
  /** Permissions of an isolated module or a `docker:` module. By default it may only compute. */
  allow?: ModuleAllowances;
  /**
   * Headers of each request to an `http:`, `https:` or `mcp:https:` module. `${NAME}` is an
   * environment variable: `{ authorization: 'Bearer ${RATES_TOKEN}' }`.
   */
  headers?: Record<string, string>;
  /** Address of the OpenAPI document, `/openapi.json` below the source by default. */
  openapi?: string;
  /** Number of pods of a `docker:` module in a cluster: `{ min: 2, max: 10, cpu: 70 }`. */
  scaling?: ContainerScaling;
  /** Limits that differ from the defaults: bytes, milliseconds and counts. */
  limits?: Partial<ModuleLimits>;
}

const SETTINGS = [
  'source',
  'env',
  'files',
  'isolate',
  'allow',
  'headers',
  'openapi',
  'scaling',
  'limits',
];
/** Settings of pods, with their largest values. */
const SCALING: Readonly<Record<string, number>> = { min: 1000, max: 1000, cpu: 1000 };
const ALLOWANCES = ['read', 'write', 'network'];
const NAME = /^[A-Za-z_$][\w$]*$/;
const MAX_HEADERS = 50;
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]{1,100}$/;
const HEADER_VALUE = /^[\t\u0020-\u007E\u0080-\u00FF]{0,4096}$/;
/** Headers whose values are secrets. */
const SECRET_HEADERS = /^(authorization|proxy-authorization|cookie|x-api-key)$/i;
const VARIABLE = /^[A-Za-z_]\w*$/;

/** A declared module. */
export interface DeclaredModule extends ForeignDeclaration {
  /** Path from the root of the file that declares it, with `/`. */
  file: string;
}

/**
 * Checks a declaration.
 *
 * @param file path from the root of the file that contains it
 * @throws {GatiError} GATI_MODULE_SOURCE when the name, the source or a setting can't be used
 */
export function parseDeclaration(name: string, value: unknown, file: string): DeclaredModule {
  const settings = typeof value === 'string' ? { source: value } : value;
  if (!NAME.test(name) || name === '__proto__')
    throw settingError(file, name, 'its name is not an identifier.');
  if (typeof settings !== 'object' || settings === null || Array.isArray(settings))
    throw settingError(file, name, 'it is neither a source nor an object with one.');
  const { source, env, files, isolate, allow, headers, openapi, scaling, limits } =
    settings as Partial<ModuleSettings>;
  const unknown = Object.keys(settings).find((key) => !SETTINGS.includes(key));
  if (unknown !== undefined)
    throw settingError(file, name, `${unknown} is not a setting.${hint(unknown, SETTINGS)}`);
  if (typeof source !== 'string') throw settingError(file, name, 'it has no source.');
  const { kind, target } = parseSource(name, source);
  if (kind === 'npm' && target.startsWith('./'))
    throw settingError(file, name, 'npm: needs the name of a package.');
  if (kind === 'docker' && !isPinnedImage(target))
    throw settingError(
      file,
      name,
      `docker: needs the digest of its image. \`docker image inspect ${target} --format '{{index .RepoDigests 0}}'\` prints it.`,
    );
  if (env !== undefined && !isListOf(env, (each) => VARIABLE.test(each)))
    throw settingError(file, name, 'env is not a list of names of variables.');
  if (files !== undefined && !isListOf(files, (each) => isInner(each)))
    throw settingError(file, name, 'files is not a list of paths inside of the app.');
  if (isolate !== undefined && typeof isolate !== 'boolean')
    throw settingError(file, name, 'isolate is neither true nor false.');
  if (allow !== undefined) checkAllowances(file, name, allow);
  if (headers !== undefined) checkHeaders(file, name, headers);
  if (openapi !== undefined && typeof openapi !== 'string')
    throw settingError(file, name, 'openapi is not an address.');
  if (openapi !== undefined && hasCredentials(openapi))
    throw settingError(file, name, 'openapi contains a user name or a password.');
  if (scaling !== undefined) checkScaling(file, name, kind, scaling);
  if (limits !== undefined) checkLimits(file, name, limits);
  return {
    name,
    source,
    file,
    ...(env?.length && { env }),
    ...(files?.length && { files }),
    ...(isolate && { isolate: true as const }),
    ...(allow && { allow }),
    ...(headers && { headers }),
    ...(openapi !== undefined && { openapi }),
    ...(scaling && { scaling }),
    ...(limits && { limits }),
  };
}

function checkScaling(file: string, name: string, kind: SourceKind, scaling: unknown): void {
  if (kind !== 'docker') throw settingError(file, name, 'only a docker: module has scaling.');
  if (!isObject(scaling)) throw settingError(file, name, 'scaling is not an object.');
  for (const [key, value] of Object.entries(scaling)) {
    const most = SCALING[key];
    if (most === undefined)
      throw settingError(
        file,
        name,
        `scaling.${key} is not known.${hint(key, Object.keys(SCALING))}`,
      );
    if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > most)
      throw settingError(file, name, `scaling.${key} is not a whole number from 1 to ${most}.`);
  }
  const { min = 1, max = min } = scaling as ContainerScaling;
  if (max < min) throw settingError(file, name, 'scaling.max is less than scaling.min.');
}

function checkAllowances(file: string, name: string, allow: unknown): void {
  if (!isObject(allow)) throw settingError(file, name, 'allow is not an object.');
  for (const [key, value] of Object.entries(allow)) {
    if (!ALLOWANCES.includes(key))
      throw settingError(file, name, `allow.${key} is not known.${hint(key, ALLOWANCES)}`);
    const fits = key === 'network' ? typeof value === 'boolean' : isListOf(value, isPath);
    if (!fits) throw settingError(file, name, `allow.${key} has a value that is not allowed.`);
  }
}

const isPath = (text: string): boolean => text !== '' && !/[\0\n,*]/.test(text);

/**
 * @throws {GatiError} when a value is not a text for a header, or when the file contains a secret
 */
function checkHeaders(file: string, name: string, headers: unknown): void {
  const entries = isObject(headers) ? Object.entries(headers) : undefined;
  if (entries === undefined || entries.length > MAX_HEADERS)
    throw settingError(file, name, `headers is not an object of at most ${MAX_HEADERS} texts.`);
  for (const [header, value] of entries) {
    if (!HEADER_NAME.test(header) || OWN_HEADERS.test(header))
      throw settingError(file, name, `headers.${header} can't be set.`);
    if (typeof value !== 'string' || !HEADER_VALUE.test(value))
      throw settingError(file, name, `headers.${header} is not a text for a header.`);
    if (SECRET_HEADERS.test(header) && variablesOf({ [header]: value }).length === 0)
      throw settingError(
        file,
        name,
        `headers.${header} contains its secret. Name a variable: "Bearer \${TOKEN}".`,
      );
  }
}

function checkLimits(file: string, name: string, limits: unknown): void {
  const known = Object.keys(MODULE_LIMITS);
  if (typeof limits !== 'object' || limits === null)
    throw settingError(file, name, 'limits is not an object.');
  for (const [key, value] of Object.entries(limits)) {
    if (!known.includes(key))
      throw settingError(file, name, `limits.${key} is not known.${hint(key, known)}`);
    const least = key === 'retries' || key === 'queue' ? 0 : 1;
    if (!Number.isInteger(value) || (value as number) < least || (value as number) > 2 ** 31 - 1)
      throw settingError(file, name, `limits.${key} is not a whole number of ${least} or more.`);
  }
}

const isListOf = (value: unknown, test: (text: string) => boolean): boolean =>
  Array.isArray(value) &&
  value.length <= 100 &&
  value.every((each) => typeof each === 'string' && test(each));

const isInner = (file: string): boolean => !/^[\\/]|^[A-Za-z]:|(^|[\\/])\.\.([\\/]|$)/.test(file);

function hint(word: string, known: readonly string[]): string {
  const close = suggest(word, known);
  return close === undefined ? '' : ` Did you mean ${close}?`;
}

function settingError(file: string, name: string, reason: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_SOURCE',
    message: `The module ${JSON.stringify(name)} can't be declared like this: ${reason}`,
    fix: `Correct its declaration in ${file}; docs/reference/modules.md lists the settings.`,
    file,
  });
}
