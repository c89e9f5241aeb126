import { describeSettings } from '../config/describe-settings.ts';
import { dataFolder } from '../data/data-folder.ts';
import type { Setting } from '../types/process-metrics.ts';
import { APP_PORT, CONTROL_PORT, CONTROL_SOCKET } from './channel/control.ts';
import { TELEMETRY_SOCKET, WORKER_MARK } from './channel/messages.ts';
import { readServerEnv } from './env.ts';

const INTERNAL = [APP_PORT, CONTROL_PORT, CONTROL_SOCKET, TELEMETRY_SOCKET, WORKER_MARK];

/** Describes the effective settings of this server. */
export function nodeSettings(): Setting[] {
  const { host, port, workers, role, drain, startTimeout, logLevel, adminHost } = readServerEnv({});
  const folder = dataFolder('production');
  const store = `sqlite:${folder}/telemetry.db`;
  // The supervisor sets the store for the collector, also if it is the default.
  const { GATI_TELEMETRY, ...others } = process.env;
  return describeSettings({
    env: GATI_TELEMETRY === store ? others : process.env,
    internal: INTERNAL,
    defaults: {
      HOST: host,
      PORT: port,
      GATI_WORKERS: workers,
      GATI_ROLE: role,
      GATI_DRAIN: drain,
      GATI_START_TIMEOUT: startTimeout,
      GATI_LOG_LEVEL: logLevel,
      GATI_LOG_REQUESTS: 'on',
      GATI_EFFECT_CONCURRENCY: '',
      OTEL_TRACES_SAMPLER: '',
      OTEL_TRACES_SAMPLER_ARG: 1,
      GATI_ADMIN_HOST: adminHost,
      GATI_PANEL: 'on',
      GATI_TELEMETRY: store,
      GATI_DATABASE: `sqlite:${folder}/data.db`,
      GATI_EFFECTS: `sqlite:${folder}/effects.db`,
    },
  });
}
