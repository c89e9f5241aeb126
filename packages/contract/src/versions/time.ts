/** RFC 3339, section 5.6. `T` and `Z` can be in lower case. */
const TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,32}))?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;
const DAY = 86_400_000;

/**
 * Parses an RFC 3339 time. Returns milliseconds since 1970, without fractions. Returns `undefined`
 * if the text is malformed or names a time that does not exist.
 */
export function parseTime(text: string): number | undefined {
  const match = TIME.exec(text);
  if (!match) return undefined;
  const day = toDay(match);
  const [hour, minute, second] = [Number(match[4]), Number(match[5]), Number(match[6])];
  const [offsetHour, offsetMinute] = [Number(match[9] ?? 0), Number(match[10] ?? 0)];
  if (
    day === undefined ||
    hour > 23 ||
    minute > 59 ||
    second > 60 ||
    offsetHour > 23 ||
    offsetMinute > 59
  )
    return undefined;
  const offset = (offsetHour * 60 + offsetMinute) * 60_000 * (match[8] === '-' ? -1 : 1);
  const time = day + (hour * 60 + minute) * 60_000 + second * 1000 - offset;
  // Leap seconds occur only at the end of a UTC day.
  if (second === 60 && time % DAY !== 0) return undefined;
  return time + Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
}

/**
 * Parses a date `YYYY-MM-DD`. Returns the first millisecond of that UTC day, or `undefined` if the
 * text is malformed or names a day that does not exist.
 */
export function parseDate(text: string): number | undefined {
  const match = DATE.exec(text);
  return match ? toDay(match) : undefined;
}

/** Returns the last millisecond of the day that starts at `start`. */
export function endOfDay(start: number): number {
  return start + DAY - 1;
}

function toDay([, year, month, day]: RegExpExecArray): number | undefined {
  const date = new Date(0);
  // `Date.UTC` would read the years 0 to 99 as 1900 to 1999.
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day)
    ? date.getTime()
    : undefined;
}
