import type { SettingOverrides } from '../../config/runtime-settings.ts';
import type { CreatedTracer } from '../../telemetry/trace/create-tracer.ts';
import type { Tracer } from '../../telemetry/trace/tracer.ts';
import { TELEMETRY_SOCKET, type WorkerKind } from '../channel/messages.ts';
import type { TelemetryLink } from '../channel/telemetry-link.ts';
import { applySettings, createLiveSettings, type LiveSettings } from './live-settings.ts';
import { createWorkerLog, type WorkerLog } from './worker-log.ts';

/** The log of a worker and, if there is a collector, the tracer. */
export interface WorkerTelemetry {
  settings: LiveSettings;
  log: WorkerLog;
  /** Observes the parts of requests if telemetry is on. */
  tracer: Tracer | undefined;
  /** Applies the settings that a person has changed, also to the sampler of the tracer. */
  applySettings(overrides: SettingOverrides): void;
  /** Sends the waiting telemetry. */
  close(): Promise<void>;
}

export async function openWorkerTelemetry(kind: WorkerKind): Promise<WorkerTelemetry> {
  const link = await openLink(kind);
  const settings = createLiveSettings(process.env);
  const log = createWorkerLog(settings, link);
  const tracing = link && (await loadTracer(log, link));
  if (link && tracing) receiveTraps(link, tracing.tracer, log);
  return {
    settings,
    log,
    tracer: tracing?.tracer,
    applySettings: (overrides) =>
      applySettings(settings, overrides, (variables) => tracing?.setSampler(variables)),
    async close() {
      tracing?.close();
      await link?.close();
    },
  };
}

/** Connects to the collector, if there is one. */
async function openLink(kind: WorkerKind): Promise<TelemetryLink | undefined> {
  const path = process.env[TELEMETRY_SOCKET];
  if (path === undefined) return undefined;
  // Processes that the app spawns inherit the environment.
  delete process.env[TELEMETRY_SOCKET];
  return (await import('../channel/telemetry-link.ts')).openTelemetryLink(path, kind);
}

/** Creates the tracer, whose spans go to the collector alone. */
async function loadTracer(log: WorkerLog, link: TelemetryLink): Promise<CreatedTracer> {
  const { createTracer } = await import('../../telemetry/trace/create-tracer.ts');
  return createTracer({
    sink: (lines) => link.write(log.redact(lines)),
    logger: log.logger,
  });
}

/** Arms the traps that the collector sends. Their code is loaded only if one is armed. */
function receiveTraps(link: TelemetryLink, tracer: Tracer, log: WorkerLog): void {
  link.receiveTraps((traps) => {
    const isNone = Array.isArray(traps) && traps.length === 0;
    if (isNone && tracer.capture === undefined) return;
    const arm = async (): Promise<void> => {
      const { armTraps } = await import('../../telemetry/capture/arm-traps.ts');
      armTraps(tracer, traps, {
        sink: (lines) => link.write(log.redact(lines)),
        redact: log.redact,
      });
    };
    arm().catch((error: unknown) => log.logger.warn("traps can't be armed", { error }));
  });
}
