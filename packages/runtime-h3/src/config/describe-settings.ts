import type { Setting } from '../types/process-metrics.ts';
import { isRuntimeSetting, RUNTIME_SETTINGS } from './runtime-settings.ts';
import { factsOfSetting } from './settings-table.ts';
import { redact } from '../telemetry/log/redact.ts';

/** Names of the variables for settings of servers and of exporters. */
const SETTING =
  /^(?:GATI_[A-Z_]+|OTEL_[A-Z_]+|PORT|HOST|NODE_ENV|NODE_OPTIONS|UV_THREADPOOL_SIZE)$/;

export interface SettingSources {
  /** All variables that the process reads. */
  env: Record<string, string | undefined>;
  /**
   * Default values of the variables. Where the text is empty, `unset` of the variable describes the
   * default.
   */
  defaults: Record<string, string | number | undefined>;
  /** Variables of the shell; others are from `.env` files. By default all are of the shell. */
  shell?: Record<string, string | undefined>;
  /** Variables that processes of a server set for each other. */
  internal?: readonly string[];
}

/** Describes the effective settings by name. Secrets, also those within URLs, are hidden. */
export function describeSettings({
  env,
  defaults,
  shell = env,
  internal = [],
}: SettingSources): Setting[] {
  const names = new Set([
    ...Object.keys(defaults),
    ...Object.keys(env).filter((name) => SETTING.test(name) && !internal.includes(name)),
  ]);
  return [...names].sort().flatMap((name): Setting[] => {
    const given = env[name] || undefined;
    const value = given ?? defaults[name];
    if (value === undefined) return [];
    const source =
      given === undefined ? 'default' : shell[name] === undefined ? '.env file' : 'environment';
    const facts = factsOfSetting(name);
    const { [name]: shown } = redact({ [name]: String(value) }) as Record<string, string>;
    return [
      {
        name,
        value: facts?.secret && given !== undefined ? '[redacted]' : shown!,
        source,
        ...(facts && { summary: facts.summary, type: facts.type }),
        ...(value === '' && facts?.unset && { unset: facts.unset }),
        when: facts?.when ?? 'start',
        ...(isRuntimeSetting(name) && { choices: RUNTIME_SETTINGS[name].choices }),
      },
    ];
  });
}
