import { type DiffPolicy, GatiError } from '@gati/contract';
import type { CorsOptions, Limits, MissingVersion } from '@gati/runtime-h3/app';
import { CLOUD_QUEUES, type CloudQueue } from '@gati/runtime-h3/effects/settings';
import { checkPath } from './scan/route.ts';

export interface GatiOptions {
  /** All routes stand below this path, for example `/api`. */
  base?: string;
  /** Which other origins may call from a browser. Off by default; in development loopback origins may. */
  cors?: CorsOptions;
  /** Bounds on what a request may cost. */
  limits?: Partial<Limits>;
  /** What a request without a version gets while several releases are live: a choice (300) by default. A handler's `version` counts more. */
  missingVersion?: MissingVersion;
  /** What counts as a change that breaks callers. */
  breaking?: DiffPolicy;
  /** Queues of clouds that `GATI_EFFECTS` of the built server may name: their drivers and SDKs are built in. */
  effects?: CloudQueue[];
}

/** What the plugin works with. Plain data. */
export interface ResolvedOptions {
  /** `''` or `/api`. */
  base: string;
  cors: CorsOptions | undefined;
  limits: Partial<Limits>;
  missingVersion: MissingVersion;
  breaking: DiffPolicy;
  effects: CloudQueue[];
}

/** Each takes and returns the options; the order is that of the list. */
const RESOLVERS: ((options: ResolvedOptions) => ResolvedOptions)[] = [
  resolveBase,
  resolveCors,
  resolveLimits,
  resolveMissingVersion,
  resolveEffects,
];

export function resolveOptions(options: GatiOptions = {}): ResolvedOptions {
  const {
    base = '',
    cors,
    limits = {},
    missingVersion = 'choose',
    breaking = {},
    effects = [],
  } = options;
  const start: ResolvedOptions = { base, cors, limits, missingVersion, breaking, effects };
  return RESOLVERS.reduce((resolved, resolve) => resolve(resolved), start);
}

function resolveBase(options: ResolvedOptions): ResolvedOptions {
  const base = options.base.replace(/\/+$/, '');
  if (base === '') return { ...options, base };
  const fault = base.startsWith('/')
    ? checkPath(base)
    : { message: `'${base}' does not start with a slash.` };
  if (fault || /[:*]/.test(base))
    throw invalidOptionError(
      `base: ${fault?.message ?? 'it has a parameter.'}`,
      "Write a plain path: gati({ base: '/api' }).",
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
    if (!Number.isInteger(value) || value < 1)
      throw invalidOptionError(
        `limits.${name}: ${value} is not a whole number above 0.`,
        'Give bytes, levels or milliseconds.',
      );
  }
  return options;
}

function resolveMissingVersion(options: ResolvedOptions): ResolvedOptions {
  const known: MissingVersion[] = ['choose', 'latest', 'oldest'];
  if (known.includes(options.missingVersion)) return options;
  throw invalidOptionError(
    `missingVersion: '${options.missingVersion}' is not known.`,
    `Give one of ${known.map((name) => `'${name}'`).join(', ')}.`,
  );
}

function resolveEffects(options: ResolvedOptions): ResolvedOptions {
  const wrong = options.effects.find((name) => !CLOUD_QUEUES.includes(name));
  if (wrong !== undefined)
    throw invalidOptionError(
      `effects: '${wrong}' is no queue of a cloud.`,
      `Give of ${CLOUD_QUEUES.map((name) => `'${name}'`).join(', ')}; the others are always there.`,
    );
  return { ...options, effects: [...new Set(options.effects)] };
}

function invalidOptionError(message: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_OPTION_INVALID',
    message: `gati() ${message}`,
    fix,
  });
}
