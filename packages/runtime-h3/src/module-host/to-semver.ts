import { parseSemver } from '@gati/contract';

/** `1.4` → `1.4.0`. A version of another form is `0.0.0`. */
export function toSemver(text: string): string {
  if (parseSemver(text) !== undefined) return text;
  const padded = `${text}.0.0`.split('.').slice(0, 3).join('.');
  return parseSemver(padded) === undefined ? '0.0.0' : padded;
}
