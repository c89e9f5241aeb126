/** Prints microseconds: `340 µs`, `4.2 ms`, `1.25 s`. */
export function printDuration(us: number | undefined): string {
  if (us === undefined) return '–';
  if (us < 1000) return `${Math.round(us)} µs`;
  if (us < 10_000) return `${(us / 1000).toFixed(1)} ms`;
  if (us < 1_000_000) return `${Math.round(us / 1000)} ms`;
  if (us < 60_000_000) return `${(us / 1_000_000).toFixed(2)} s`;
  return `${(us / 60_000_000).toFixed(1)} min`;
}

const NUMBER = new Intl.NumberFormat('en');

export const printNumber = (value: number): string => NUMBER.format(value);

/** Prints a count of things: `1 request`, `2,300 requests`. */
export const printCount = (value: number, thing: string): string =>
  `${printNumber(value)} ${thing}${value === 1 ? '' : 's'}`;

/** Prints a share as per cent: `0`, `0.4 %`, `12 %`. */
export function printShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0';
  const percent = (100 * part) / whole;
  return `${percent < 0.1 ? '< 0.1' : percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** Prints a step of time: `10 s`, `5 min`, `6 h`. */
export const printStep = (milliseconds: number): string =>
  milliseconds < 60_000
    ? `${milliseconds / 1000} s`
    : milliseconds < 3_600_000
      ? `${milliseconds / 60_000} min`
      : `${milliseconds / 3_600_000} h`;

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const MINUTES = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const DATE_TIME = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const FULL = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'long' });

/** `14:03:09.120` */
export const printClock = (time: number): string =>
  `${CLOCK.format(time)}.${String(Math.floor(time) % 1000).padStart(3, '0')}`;

/** Label of a time axis: hours and minutes, with the day if the range is longer than a day. */
export const printAxisTime = (time: number, span: number): string =>
  (span > 86_400_000 ? DATE_TIME : MINUTES).format(time);

/** `30 Nov, 14:03` */
export const printDate = (time: number): string => DATE_TIME.format(time);

export const printFullTime = (time: number): string => FULL.format(time);

const RELATIVE = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' });
const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** `in 5 min.`, `5 min. ago`. */
export function printWhen(time: number, now: number): string {
  if (time <= now) return printAgo(time, now);
  const [unit, size] = UNITS.find(([, least]) => time - now >= least) ?? UNITS[3];
  return RELATIVE.format(Math.floor((time - now) / size), unit);
}

/** `5 min. ago`, `now`. */
export function printAgo(time: number, now: number): string {
  const past = Math.max(0, now - time);
  const [unit, size] = UNITS.find(([, least]) => past >= least) ?? UNITS[3];
  return RELATIVE.format(-Math.floor(past / size), unit);
}
