import {
  RUNTIME_SETTINGS,
  type RuntimeSettingName,
  type SettingOverrides,
} from '../../config/runtime-settings.ts';
import type { LogLevel } from '../../types/log-level.ts';

/** Settings that this process reads at each use, since they change while it runs. */
export interface LiveSettings {
  logLevel: LogLevel;
  /** Whether requests are logged on stdout. The collector gets them in any case. */
  logsRequests: boolean;
  /** Maximum number of running jobs by the name of the effect. */
  concurrency: Readonly<Record<string, number>>;
}

/**
 * Applies the changed settings in place. The environment applies to all others.
 *
 * @param setSampler called with the variables of the sampler
 */
export function applySettings(
  live: LiveSettings,
  overrides: SettingOverrides,
  setSampler: (env: Record<string, string | undefined>) => void,
): void {
  const env = { ...process.env, ...overrides };
  Object.assign(live, createLiveSettings(env));
  setSampler(env);
}

/** Creates the settings of a process from its environment. */
export function createLiveSettings(env: Record<string, string | undefined>): LiveSettings {
  const read = <Name extends RuntimeSettingName>(
    name: Name,
  ): ReturnType<(typeof RUNTIME_SETTINGS)[Name]['parse']> | undefined => {
    const parse = RUNTIME_SETTINGS[name].parse as (text: string) => never;
    return env[name] ? parse(env[name]) : undefined;
  };
  return {
    logLevel: read('GATI_LOG_LEVEL') ?? 'info',
    logsRequests: read('GATI_LOG_REQUESTS') !== 'off',
    // Names of effects are looked up in it, and `{}` has a member `constructor`.
    concurrency: read('GATI_EFFECT_CONCURRENCY') ?? (Object.create(null) as Record<string, number>),
  };
}
