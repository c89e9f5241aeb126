import { getOrCreate } from '../collections/get-or-create.ts';
import type { EffectFile, RateLimit, RetryPolicy } from '../types/effects.ts';

/** The settings that an effect exports, with defaults applied. Times are milliseconds. */
export interface EffectSettings {
  retry: Required<RetryPolicy>;
  concurrency: number;
  /**
   * The file exports `concurrency`. The limit then counts in all processes together, if the queue
   * supports that.
   */
  limited: boolean;
  rateLimit: RateLimit | undefined;
  timeout: number;
}

export interface SettingError {
  setting: 'retry' | 'concurrency' | 'rateLimit' | 'timeout';
  message: string;
  fix: string;
}

const DEFAULTS: EffectSettings = {
  retry: { attempts: 5, delay: 1000, factor: 2, max: 5 * 60_000 },
  concurrency: 10,
  limited: false,
  rateLimit: undefined,
  timeout: 5 * 60_000,
};
/** Longest delay of a timer in Node. Milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const FIXES: Record<SettingError['setting'], string> = {
  retry:
    'Write { attempts, delay, factor, max }: attempts a whole number above 0, factor 1 or more, delay and max milliseconds, 0 or more.',
  concurrency: 'Write a whole number above 0.',
  rateLimit: 'Write { max, per }: max a whole number above 0, per milliseconds, 1 or more.',
  timeout: `Write milliseconds from 1 to ${LONGEST_TIMEOUT}.`,
};

type Exports = { readonly [setting in SettingError['setting']]?: unknown };

/** Returns an error for each setting that can't be used. Absent settings are valid. */
export function checkSettings(exports: Exports): SettingError[] {
  const errors = [
    settingError('concurrency', exports.concurrency, isCount(exports.concurrency)),
    settingError(
      'timeout',
      exports.timeout,
      isFrom(1, exports.timeout) && exports.timeout <= LONGEST_TIMEOUT,
    ),
    settingError('retry', exports.retry, hasValidFields(exports.retry, RETRY)),
    settingError(
      'rateLimit',
      exports.rateLimit,
      hasValidFields(exports.rateLimit, RATE) && Object.keys(exports.rateLimit).length === 2,
    ),
  ];
  return errors.filter((error) => error !== undefined);
}

const settingsByFile = new WeakMap<EffectFile, EffectSettings>();

/**
 * Returns the settings of an effect. A setting that can't be used counts as absent;
 * {@link checkSettings} reports it.
 */
export function toSettings(file: EffectFile | undefined): EffectSettings {
  if (file === undefined) return DEFAULTS;
  return getOrCreate(settingsByFile, file, readSettings);
}

function readSettings(file: EffectFile): EffectSettings {
  const invalid = new Set(checkSettings(file).map(({ setting }) => setting));
  const read = <Setting extends SettingError['setting']>(
    setting: Setting,
  ): EffectFile[Setting] | undefined => (invalid.has(setting) ? undefined : file[setting]);
  const concurrency = read('concurrency');
  return {
    retry: { ...DEFAULTS.retry, ...read('retry') },
    concurrency: concurrency ?? DEFAULTS.concurrency,
    limited: concurrency !== undefined,
    rateLimit: read('rateLimit'),
    timeout: read('timeout') ?? DEFAULTS.timeout,
  };
}

type Test = (value: unknown) => boolean;

const isFrom = (least: number, value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= least;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const RETRY: Record<string, Test> = {
  attempts: isCount,
  delay: (value) => isFrom(0, value),
  factor: (value) => isFrom(1, value),
  max: (value) => isFrom(0, value),
};
const RATE: Record<string, Test> = { max: isCount, per: (value) => isFrom(1, value) };

/** An unknown field makes the value invalid: a misspelt one would silently be a default. */
function hasValidFields(value: unknown, fields: Record<string, Test>): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, field]) => fields[name]?.(field) === true)
  );
}

function settingError(
  setting: SettingError['setting'],
  value: unknown,
  isValid: boolean,
): SettingError | undefined {
  if (value === undefined || isValid) return undefined;
  return {
    setting,
    message: `'${setting}' can't be ${typeof value === 'object' ? JSON.stringify(value) : String(value)}.`,
    fix: FIXES[setting],
  };
}
