import { type DiffPolicy, GatiError } from '@gati/contract';
import { isPanelPath, normalizePercent } from '@gati/contract/internal';
import {
  type CorsOptions,
  DEFAULT_LIMITS,
  type ExposeOptions,
  type Limits,
  type MissingVersion,
} from '@gati/runtime-h3/app';
import { CLOUD_QUEUES, type CloudQueue } from '@gati/runtime-h3/effects/settings';
import { suggest } from '@gati/contract/internal';
import { type ModuleOption, parseDeclaration } from './foreign/module-options.ts';
import type { OpenApiFacts } from './emit/document-facts.ts';
import { toPackageName } from './emit/sdk/sdk-names.ts';
import { checkPath } from './scan/route.ts';

/**
 * Options of `gati()`; all are optional.
 *
 * @example
 * gati({ base: '/api', cors: { origins: ['https://app.example.com'] }, limits: { body: 65_536 } })
 */
export interface GatiOptions {
  /** Path below which all routes are served: `/api`. None by default. */
  base?: string;
  /**
   * Other origins whose pages may call the API. None by default; in development loopback origins
   * may.
   *
   * @example
   * { origins: ['https://app.example.com'], credentials: true }
   */
  cors?: CorsOptions;
  /**
   * Limits of requests: sizes in bytes, times in milliseconds. A limit that is absent has its
   * default.
   *
   * @example
   * { upload: 52_428_800, fileSize: 52_428_800, handlerTimeout: 10_000 }
   */
  limits?: Partial<Limits>;
  /**
   * Response to a request without a version while several releases are live: `choose` (default)
   * responds 300 with the list, `latest` and `oldest` select that release. The `version` export of
   * a handler overrides it.
   */
  missingVersion?: MissingVersion;
  /**
   * Endpoints that the built server offers to every client besides its routes. All by default.
   *
   * @example
   * { metrics: false, openapi: false }
   */
  expose?: ExposeOptions;
  /**
   * Which responses of routes the built server compresses; all by default. `anonymous`: only
   * responses to requests without `Cookie` and `Authorization`, for apps whose responses contain a
   * secret beside text that the client sent. `false`: none, for example because a proxy compresses.
   */
  compression?: boolean | 'anonymous';
  /** Development only: logs one line for each request that the app responds to. `true` by default. */
  requestLog?: boolean;
  /**
   * Serves the panel at `/_control`: in development to this machine, in a built server to people who
   * log in. `true` by default; `GATI_PANEL=off` switches it off too.
   */
  panel?: boolean;
  /**
   * Facts about the API in the OpenAPI document. Description, licence and contact are those of
   * `package.json` by default, the title is the name of the app.
   *
   * @example
   * { title: 'Acme shop', servers: [{ url: 'https://api.acme.com' }], tags: { orders: 'Orders of customers.' } }
   */
  openapi?: OpenApiFacts;
  /**
   * The SDK of a build.
   *
   * @example
   * { name: '@acme/shop-client' }
   */
  sdk?: SdkFacts;
  /** Which changes of the contract count as breaking. */
  breaking?: DiffPolicy;
  /**
   * Cloud queues that `GATI_EFFECTS` of the built server may name: `sqs`, `pubsub`, `azurequeue`.
   * The build bundles their drivers and SDKs. None by default; other queues need no option.
   */
  effects?: CloudQueue[];
  /**
   * Modules that run outside of the app's process, by name: `gctx.modules.<name>`. Each is a source,
   * or an object with a source and settings.
   *
   * @example
   * { scorer: 'exec:./modules/scorer', rates: { source: 'https://rates.example', limits: { timeout: 500 } } }
   */
  modules?: Record<string, ModuleOption>;
}

export type { ModuleOption, ModuleSettings } from './foreign/module-options.ts';

export type { OpenApiFacts } from './emit/document-facts.ts';

/** The package of an SDK. */
export interface SdkFacts {
  /** Name of the package, with its scope if it has one. By default the name of the app. */
  name?: string;
}

/** Options with all defaults. Plain data. */
export interface ResolvedOptions {
  /** `''`, or a path without a slash at the end: `/api`. */
  base: string;
  cors: CorsOptions | undefined;
  limits: Partial<Limits>;
  missingVersion: MissingVersion;
  expose: ExposeOptions;
  compression: boolean | 'anonymous';
  requestLog: boolean;
  panel: boolean;
  openapi: OpenApiFacts;
  sdk: SdkFacts;
  breaking: DiffPolicy;
  effects: CloudQueue[];
  modules: Record<string, ModuleOption>;
}

/** Each validates and normalizes one option. */
const RESOLVERS: ((options: ResolvedOptions) => ResolvedOptions)[] = [
  resolveBase,
  resolveCors,
  resolveLimits,
  resolveMissingVersion,
  resolveExpose,
  resolveCompression,
  resolveRequestLog,
  resolvePanel,
  resolveOpenApi,
  resolveSdk,
  resolveEffects,
  resolveModules,
];

/** @throws {GatiError} GATI_OPTION_INVALID when an option is invalid */
export function resolveOptions(options: GatiOptions = {}): ResolvedOptions {
  const {
    base = '',
    cors,
    limits = {},
    missingVersion = 'choose',
    expose = {},
    compression = true,
    requestLog = true,
    panel = true,
    openapi = {},
    sdk = {},
    breaking = {},
    effects = [],
    modules = {},
    ...unknown
  } = options;
  rejectUnknown(Object.keys(unknown));
  const start: ResolvedOptions = {
    base,
    cors,
    limits,
    missingVersion,
    expose,
    compression,
    requestLog,
    panel,
    openapi,
    sdk,
    breaking,
    effects,
    modules,
  };
  return RESOLVERS.reduce((resolved, resolve) => resolve(resolved), start);
}

function resolveBase(options: ResolvedOptions): ResolvedOptions {
  const base = options.base.replace(/\/+$/, '');
  if (base === '') return { ...options, base };
  const error = base.startsWith('/')
    ? checkPath(base)
    : { message: `'${base}' does not start with a slash.` };
  if (error || /[:*]/.test(base))
    throw invalidOptionError(
      `base: ${error?.message ?? 'it has a parameter.'}`,
      "Write a plain path: gati({ base: '/api' }).",
    );
  if (isPanelPath(normalizePercent(base)))
    throw invalidOptionError(
      `base: '${base}' is the path of the panel.`,
      "Write another path: gati({ base: '/api' }).",
    );
  return { ...options, base };
}

function resolveCors(options: ResolvedOptions): ResolvedOptions {
  if (!options.cors || options.cors.origins === true) return options;
  const origins = options.cors.origins.map((origin) => {
    const url = URL.canParse(origin) ? new URL(origin) : undefined;
    if (!url || url.origin === 'null')
      throw invalidOptionError(
        `cors.origins: '${origin}' is not an origin.`,
        "Write scheme and host: 'https://app.example.com'.",
      );
    return url.origin;
  });
  return { ...options, cors: { ...options.cors, origins } };
}

function resolveLimits(options: ResolvedOptions): ResolvedOptions {
  for (const [name, value] of Object.entries(options.limits)) {
    if (!Object.hasOwn(DEFAULT_LIMITS, name))
      throw invalidOptionError(
        `limits.${name} is not known.`,
        `Use one of ${Object.keys(DEFAULT_LIMITS).join(', ')}.`,
      );
    if (!Number.isInteger(value) || value < 1)
      throw invalidOptionError(
        `limits.${name}: ${value} is not a whole number above 0.`,
        'Use a whole number of bytes, levels or milliseconds.',
      );
  }
  return options;
}

function resolveMissingVersion(options: ResolvedOptions): ResolvedOptions {
  const known: MissingVersion[] = ['choose', 'latest', 'oldest'];
  if (known.includes(options.missingVersion)) return options;
  throw invalidOptionError(
    `missingVersion: '${options.missingVersion}' is not known.`,
    `Use one of ${known.map((name) => `'${name}'`).join(', ')}.`,
  );
}

const EXPOSED: readonly string[] = ['metrics', 'openapi'] satisfies (keyof ExposeOptions)[];

function resolveExpose(options: ResolvedOptions): ResolvedOptions {
  for (const [name, value] of Object.entries(options.expose)) {
    // A misspelt name would leave the path open.
    if (!EXPOSED.includes(name) || (value !== undefined && typeof value !== 'boolean'))
      throw invalidOptionError(
        `expose.${name}: ${JSON.stringify(value)} is not known.`,
        `Use true or false for ${EXPOSED.join(' and ')}.`,
      );
  }
  return options;
}

function resolveCompression(options: ResolvedOptions): ResolvedOptions {
  if ([true, false, 'anonymous'].includes(options.compression)) return options;
  throw invalidOptionError(
    `compression: ${JSON.stringify(options.compression)} is not known.`,
    "Use true, false or 'anonymous'.",
  );
}

function resolvePanel(options: ResolvedOptions): ResolvedOptions {
  if (typeof options.panel === 'boolean') return options;
  throw invalidOptionError(
    `panel: ${JSON.stringify(options.panel)} is not known.`,
    'Use true or false.',
  );
}

function resolveRequestLog(options: ResolvedOptions): ResolvedOptions {
  if (typeof options.requestLog === 'boolean') return options;
  throw invalidOptionError(
    `requestLog: ${JSON.stringify(options.requestLog)} is not known.`,
    'Use true or false.',
  );
}

const OPENAPI: readonly string[] = [
  'title',
  'description',
  'termsOfService',
  'contact',
  'license',
  'servers',
  'tags',
] satisfies (keyof OpenApiFacts)[];

function resolveOpenApi(options: ResolvedOptions): ResolvedOptions {
  const unknown = Object.keys(options.openapi).find((name) => !OPENAPI.includes(name));
  if (unknown !== undefined)
    throw invalidOptionError(
      `openapi.${unknown} is not known.`,
      `Use one of ${OPENAPI.join(', ')}.`,
    );
  return options;
}

function resolveSdk(options: ResolvedOptions): ResolvedOptions {
  const { name } = options.sdk;
  if (name === undefined || toPackageName(name) === name) return options;
  throw invalidOptionError(
    `sdk.name: ${JSON.stringify(name)} is not a valid package name.`,
    `Use lower case and no spaces, for example '${toPackageName(String(name))}'.`,
  );
}

function resolveEffects(options: ResolvedOptions): ResolvedOptions {
  const unknown = options.effects.find((name) => !CLOUD_QUEUES.includes(name));
  if (unknown !== undefined)
    throw invalidOptionError(
      `effects: '${unknown}' is not a cloud queue.`,
      `Use ${CLOUD_QUEUES.map((name) => `'${name}'`).join(', ')}; other queues need no option.`,
    );
  return { ...options, effects: [...new Set(options.effects)] };
}

function resolveModules(options: ResolvedOptions): ResolvedOptions {
  for (const [name, option] of Object.entries(options.modules))
    parseDeclaration(name, option, 'vite.config.ts');
  return options;
}

/** Names of all options. `satisfies` fails when one is missing here. */
const OPTIONS = Object.keys({
  base: true,
  cors: true,
  limits: true,
  missingVersion: true,
  expose: true,
  compression: true,
  requestLog: true,
  panel: true,
  openapi: true,
  sdk: true,
  breaking: true,
  effects: true,
  modules: true,
} satisfies Record<keyof GatiOptions, true>);

function rejectUnknown(names: string[]): void {
  const [name] = names;
  if (name === undefined) return;
  const close = suggest(name, OPTIONS);
  throw invalidOptionError(
    `${name} is not an option.`,
    close === undefined ? `Use one of ${OPTIONS.join(', ')}.` : `Did you mean ${close}?`,
  );
}

function invalidOptionError(message: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_OPTION_INVALID',
    message: `gati() ${message}`,
    fix,
  });
}
