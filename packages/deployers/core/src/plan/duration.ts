const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600 };

/** Returns the milliseconds of a setting such as `90s` or `5m`. */
export const toMilliseconds = (text: string): number =>
  Number.parseInt(text, 10) * SECONDS[text.at(-1)!]! * 1000;
