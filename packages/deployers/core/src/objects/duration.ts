import type { Target } from './target.ts';

const TIMEOUT = '5m';
const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Returns the milliseconds of a setting such as `90s` or `5m`. */
export const toMilliseconds = (text: string): number =>
  Number.parseInt(text, 10) * SECONDS[text.at(-1)!]! * 1000;

/** Milliseconds in which pods must become ready. */
export const timeoutOf = ({ settings }: Target): number =>
  toMilliseconds(settings.rollout?.timeout ?? TIMEOUT);
