import { badEnvError, type Env } from '../../config/read-env.ts';
import type { TelemetrySource } from '../../types/telemetry-source.ts';
import { readPairs, readUrl } from '../read-setting.ts';
import { type BoundedSource, combineSources } from './combine.ts';
import { createHttpSource } from './http-source.ts';
import { createLoki } from './loki.ts';
import { createPrometheus } from './prometheus.ts';

const LABELS = 'GATI_PROMETHEUS_LABELS';

/**
 * Returns the source for pages: the store, with the Prometheus of `GATI_PROMETHEUS_URL` and the Loki
 * of `GATI_LOKI_URL` if they are set.
 *
 * @param service name of the app, unless `OTEL_SERVICE_NAME` says otherwise
 * @throws {GatiError} GATI_BAD_ENV when a value can't be used
 */
export function withOtherSources(store: BoundedSource, env: Env, service: string): TelemetrySource {
  const prometheus = readUrl(env, 'GATI_PROMETHEUS_URL');
  const loki = readUrl(env, 'GATI_LOKI_URL');
  if (prometheus === undefined && loki === undefined) return store;
  return combineSources(store, {
    prometheus:
      prometheus === undefined
        ? undefined
        : createPrometheus(
            createHttpSource({ name: 'Prometheus', url: prometheus }),
            readLabels(env),
          ),
    loki:
      loki === undefined
        ? undefined
        : createLoki(
            createHttpSource({ name: 'Loki', url: loki }),
            env.OTEL_SERVICE_NAME ||
              readPairs(env, 'OTEL_RESOURCE_ATTRIBUTES')['service.name'] ||
              service,
          ),
  });
}

/** Names of labels are printed into queries as they are. */
function readLabels(env: Env): Record<string, string> {
  const labels = readPairs(env, LABELS);
  const wrong = Object.keys(labels).find((name) => !/^[a-zA-Z_]\w*$/.test(name));
  if (wrong !== undefined)
    throw badEnvError(LABELS, wrong, 'labels such as job=shop,namespace=prod');
  return labels;
}
