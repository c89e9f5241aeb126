import { badEnvError, type Env, readInteger } from '../../config/read-env.ts';
import { readPairs, readUrl } from '../read-setting.ts';
import type { Signal } from './otlp/messages.ts';

/** Milliseconds for one try. */
const TIMEOUT = 10_000;

/** Targets of telemetry, from the variables of the OpenTelemetry specification. */
export interface ExportSettings {
  /** By signal: absent if it is not exported. */
  otlp: Partial<Record<Signal, OtlpTarget>>;
  /** Base of Loki. */
  loki: string | undefined;
  /** Attributes of the resource that the variables set. */
  resource: Record<string, string>;
  /** Milliseconds between two exports. */
  intervals: Record<Signal, number>;
}

export interface OtlpTarget {
  url: string;
  headers: Record<string, string>;
  /** `http/protobuf` or `http/json`. */
  isJson: boolean;
  /** Whether requests are compressed with gzip. */
  isCompressed: boolean;
  /** Milliseconds for one try. */
  timeout: number;
}

const INTERVALS: Record<Signal, { name: string; value: number }> = {
  traces: { name: 'OTEL_BSP_SCHEDULE_DELAY', value: 5000 },
  logs: { name: 'OTEL_BLRP_SCHEDULE_DELAY', value: 1000 },
  metrics: { name: 'OTEL_METRIC_EXPORT_INTERVAL', value: 60_000 },
};

/**
 * Reads the targets of the export. There are none if `OTEL_SDK_DISABLED` is `true`.
 *
 * @throws {GatiError} GATI_BAD_ENV when a value can't be used
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
export function readExportSettings(env: Env): ExportSettings {
  const isOff = env.OTEL_SDK_DISABLED?.toLowerCase() === 'true';
  const resource = readPairs(env, 'OTEL_RESOURCE_ATTRIBUTES');
  if (env.OTEL_SERVICE_NAME) resource['service.name'] = env.OTEL_SERVICE_NAME;
  const interval = (signal: Signal): number => {
    const { name, value } = INTERVALS[signal];
    return readInteger(env, name, 10, 2 ** 31 - 1, 'milliseconds from 10') ?? value;
  };
  return {
    otlp: isOff
      ? {}
      : { ...readTarget(env, 'traces'), ...readTarget(env, 'logs'), ...readTarget(env, 'metrics') },
    loki: isOff ? undefined : readUrl(env, 'GATI_LOKI_URL'),
    resource,
    intervals: { traces: interval('traces'), logs: interval('logs'), metrics: interval('metrics') },
  };
}

/** Whether the settings name any target. */
export function exportsAnything({ otlp, loki }: ExportSettings): boolean {
  return loki !== undefined || Object.keys(otlp).length > 0;
}

function readTarget(env: Env, signal: Signal): Partial<Record<Signal, OtlpTarget>> {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_`;
  const exporter = env[`OTEL_${signal.toUpperCase()}_EXPORTER`] || 'otlp';
  if (exporter === 'none') return {};
  if (exporter !== 'otlp')
    throw badEnvError(`OTEL_${signal.toUpperCase()}_EXPORTER`, exporter, '`otlp` or `none`');
  const base = readUrl(env, 'OTEL_EXPORTER_OTLP_ENDPOINT');
  // The endpoint of a signal is complete. The path of the signal is appended to the common
  // endpoint.
  const url =
    readUrl(env, `${own}ENDPOINT`) ??
    (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/${signal}`);
  if (url === undefined) return {};
  const protocol = readOneOf(env, signal, 'PROTOCOL', ['http/protobuf', 'http/json']);
  const compression = readOneOf(env, signal, 'COMPRESSION', ['gzip', 'none']);
  const timeout = settingName(env, signal, 'TIMEOUT');
  const headers = {
    ...readPairs(env, 'OTEL_EXPORTER_OTLP_HEADERS'),
    ...readPairs(env, `${own}HEADERS`),
  };
  return {
    [signal]: {
      url,
      headers,
      isJson: protocol === 'http/json',
      isCompressed: compression === 'gzip',
      timeout: readInteger(env, timeout, 1, 600_000, 'milliseconds, at most 600000') ?? TIMEOUT,
    },
  };
}

/**
 * Returns the name of the variable that applies: that of the signal, if it is set, or the common
 * one.
 */
function settingName(env: Env, signal: Signal, setting: string): string {
  const own = `OTEL_EXPORTER_OTLP_${signal.toUpperCase()}_${setting}`;
  return env[own] ? own : `OTEL_EXPORTER_OTLP_${setting}`;
}

/** Reads a setting with few values, of which the first is the default. */
function readOneOf(
  env: Env,
  signal: Signal,
  setting: string,
  [first, second]: readonly [string, string],
): string {
  const name = settingName(env, signal, setting);
  const value = env[name] || first;
  if (value !== first && value !== second)
    throw badEnvError(name, value, `\`${first}\` or \`${second}\``);
  return value;
}
