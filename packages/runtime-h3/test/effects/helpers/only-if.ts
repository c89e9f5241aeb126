import { describe, test } from 'vitest';

type Declare = (title: string, body: () => void | Promise<void>) => void;

/**
 * Declares a test only if it applies to the driver. A skipped test would look like a missing one.
 */
export const testIf = (applies: boolean): Declare =>
  applies ? (title, body) => test(title, body) : () => {};
export const describeIf =
  (applies: boolean): ((title: string, body: () => void) => void) =>
  (title, body) => {
    if (applies) describe(title, body);
  };
