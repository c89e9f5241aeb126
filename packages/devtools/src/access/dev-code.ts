import { randomInt } from 'node:crypto';
import { PanelError } from '../http/problem.ts';
import { isSame } from './secret.ts';

/** Number of wrong codes after which a new code replaces the current one. */
const MAX_TRIES = 10;
/** Number of codes that are replaced without a pause. */
const FREE_CODES = 3;
/** Milliseconds of the pause before each further code. */
const PAUSE = 30_000;

/** The six digits that the terminal of a development server shows. */
export interface DevCode {
  /** The current code. */
  readonly current: string;
  /**
   * Compares a code with the current one. The code stays valid, so that a second browser can use it.
   *
   * @throws {PanelError} 401 when it is wrong, 429 after too many wrong ones
   */
  check(code: string): void;
}

/** @param onRenew called with the new code after ten wrong ones */
export function createDevCode(now: () => number, onRenew: (code: string) => void): DevCode {
  let current = createCode();
  let tries = 0;
  let usedUp = 0;
  let blockedUntil = 0;
  return {
    get current() {
      return current;
    },
    check(code) {
      const wait = Math.ceil((blockedUntil - now()) / 1000);
      if (wait > 0)
        throw new PanelError(429, 'too_many_tries', `Wait ${wait} seconds.`, {
          'retry-after': String(wait),
        });
      if (isSame(code, current)) {
        tries = 0;
        return;
      }
      if (++tries >= MAX_TRIES) {
        tries = 0;
        if (++usedUp >= FREE_CODES) blockedUntil = now() + PAUSE;
        current = createCode();
        onRenew(current);
      }
      throw new PanelError(
        401,
        'wrong_code',
        'The code is wrong. Enter the one that the terminal shows.',
      );
    },
  };
}

const createCode = (): string => String(randomInt(1_000_000)).padStart(6, '0');
