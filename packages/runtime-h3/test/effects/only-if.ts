import { describe, test } from 'vitest';

type Declare = (title: string, body: () => void | Promise<void>) => void;

/** What does not apply to a driver is no test of it, so it is not declared, rather than skipped. */
export const testIf = (applies: boolean): Declare =>
  applies ? (title, body) => test(title, body) : () => {};
export const describeIf =
  (applies: boolean): ((title: string, body: () => void) => void) =>
  (title, body) => {
    if (applies) describe(title, body);
  };
