import { getOrCreate } from '../collections/get-or-create.ts';
import type { EffectFile, RateLimit, RetryPolicy } from '../types/effects.ts';

/** What an effect's exports ask for, with every default. Times are milliseconds. */
export interface EffectSettings {
  retry: Required<RetryPolicy>;
  concurrency: number;
  /** The number is the file's own, so that it counts in all processes where the queue can. */
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
/** What a timer can hold. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const FIXES: Record<SettingError['setting'], string> = {
  retry:
    'Write { attempts, delay, factor, max }: attempts a whole number from 1, factor from 1, delay and max milliseconds from 0.',
  concurrency: 'Write a whole number from 1.',
  rateLimit: 'Write { max, per }: max a whole number from 1, per milliseconds from 1.',
  timeout: `Write milliseconds from 1 to ${LONGEST_TIMEOUT}.`,
};

type Exports = { readonly [setting in SettingError['setting']]?: unknown };

/** What of these can't be used. Absent ones are right. */
export function checkSettings(exports: Exports): SettingError[] {
  const faults = [
    settingError('concurrency', exports.concurrency, isCount(exports.concurrency)),
    settingError(
      'timeout',
      exports.timeout,
      isFrom(1, exports.timeout) && exports.timeout <= LONGEST_TIMEOUT,
    ),
    settingError('retry', exports.retry, isRecord(exports.retry, RETRY)),
    settingError(
      'rateLimit',
      exports.rateLimit,
      isRecord(exports.rateLimit, RATE) && Object.keys(exports.rateLimit).length === 2,
    ),
  ];
  return faults.filter((one) => one !== undefined);
}

const known = new WeakMap<EffectFile, EffectSettings>();

/** What can't be used is as if it were absent: {@link checkSettings} tells. */
export function toSettings(file: EffectFile | undefined): EffectSettings {
  if (file === undefined) return DEFAULTS;
  return getOrCreate(known, file, readSettings);
}

function readSettings(file: EffectFile): EffectSettings {
  const wrong = new Set(checkSettings(file).map(({ setting }) => setting));
  const own = <Setting extends SettingError['setting']>(
    setting: Setting,
  ): EffectFile[Setting] | undefined => (wrong.has(setting) ? undefined : file[setting]);
  const concurrency = own('concurrency');
  return {
    retry: { ...DEFAULTS.retry, ...own('retry') },
    concurrency: concurrency ?? DEFAULTS.concurrency,
    limited: concurrency !== undefined,
    rateLimit: own('rateLimit'),
    timeout: own('timeout') ?? DEFAULTS.timeout,
  };
}

type Is = (value: unknown) => boolean;

const isFrom = (least: number, value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= least;
const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 1;
const RETRY: Record<string, Is> = {
  attempts: isCount,
  delay: (value) => isFrom(0, value),
  factor: (value) => isFrom(1, value),
  max: (value) => isFrom(0, value),
};
const RATE: Record<string, Is> = { max: isCount, per: (value) => isFrom(1, value) };

/** A misspelt field would silently be a default. */
function isRecord(value: unknown, fields: Record<string, Is>): value is object {
  return (
    typeof value === 'object' &&
    value !== null &&
    Object.entries(value).every(([name, field]) => fields[name]?.(field) === true)
  );
}

function settingError(
  setting: SettingError['setting'],
  value: unknown,
  isRight: boolean,
): SettingError | undefined {
  if (value === undefined || isRight) return undefined;
  return {
    setting,
    message: `'${setting}' can't be ${typeof value === 'object' ? JSON.stringify(value) : String(value)}.`,
    fix: FIXES[setting],
  };
}
