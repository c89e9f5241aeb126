import { LOG_LEVELS, type LogLevel } from '../types/log-level.ts';

/** Maximum number of running jobs of one effect in one process that a setting can allow. */
const MAX_CONCURRENCY = 1000;
/** Maximum number of effects that one setting can name. */
const MAX_EFFECTS = 200;
const MAX_LENGTH = 4000;

const SAMPLERS: readonly string[] = ['always_on', 'always_off', 'traceidratio'].flatMap((name) => [
  name,
  `parentbased_${name}`,
]);

/** A setting that a running server can change. */
interface RuntimeSetting<Value> {
  /** Returns `undefined` for a text that can't be used. */
  parse(text: string): Value | undefined;
  /** Completes "`NAME` must be …". */
  expects: string;
  /** All values, if they are few. */
  choices?: readonly string[];
}

const oneOf = <Value extends string>(values: readonly Value[]): RuntimeSetting<Value> => ({
  choices: values,
  parse: (text) => values.find((value) => value === text),
  expects: `one of ${values.join(', ')}`,
});

/** Settings that a running server can change, by the variable that sets them at the start. */
export const RUNTIME_SETTINGS: {
  GATI_LOG_LEVEL: RuntimeSetting<LogLevel>;
  GATI_LOG_REQUESTS: RuntimeSetting<'on' | 'off'>;
  GATI_EFFECT_CONCURRENCY: RuntimeSetting<Record<string, number>>;
  OTEL_TRACES_SAMPLER: RuntimeSetting<string>;
  OTEL_TRACES_SAMPLER_ARG: RuntimeSetting<number>;
} = {
  GATI_LOG_LEVEL: oneOf(LOG_LEVELS),
  GATI_LOG_REQUESTS: oneOf(['on', 'off']),
  GATI_EFFECT_CONCURRENCY: {
    parse: parseConcurrency,
    expects: `effects with a number from 1 to ${MAX_CONCURRENCY}, separated by commas: welcome=2,mail=10`,
  },
  OTEL_TRACES_SAMPLER: oneOf(SAMPLERS),
  OTEL_TRACES_SAMPLER_ARG: {
    parse: (text) => (/^(?:0(?:\.\d{1,9})?|1(?:\.0+)?)$/.test(text) ? Number(text) : undefined),
    expects: 'a share from 0 to 1',
  },
};

/** Name of a setting that a running server can change. */
export type RuntimeSettingName = keyof typeof RUNTIME_SETTINGS;

/** Changed settings of a running server, as texts by the name of their variable. */
export type SettingOverrides = Partial<Record<RuntimeSettingName, string>>;

/** Whether a running server can change the setting. */
export const isRuntimeSetting = (name: string): name is RuntimeSettingName =>
  Object.hasOwn(RUNTIME_SETTINGS, name);

/** Returns why a value can't be used, or `undefined`. */
export function findSettingError(name: RuntimeSettingName, text: string): string | undefined {
  const { parse, expects } = RUNTIME_SETTINGS[name];
  return text.length <= MAX_LENGTH && parse(text) !== undefined ? undefined : `must be ${expects}`;
}

function parseConcurrency(text: string): Record<string, number> | undefined {
  const pairs = text.split(',').map((pair) => /^\s*([\w$.-]+)=([1-9]\d{0,3})\s*$/.exec(pair));
  if (pairs.length > MAX_EFFECTS) return undefined;
  const limits: Record<string, number> = Object.create(null);
  for (const pair of pairs) {
    const [, name = '', text = ''] = pair ?? [];
    const count = Number(text);
    if (name === '' || count > MAX_CONCURRENCY || name in limits) return undefined;
    limits[name] = count;
  }
  return limits;
}
