import { type Check, listOf, matching, number, object, oneOf, string } from '@gati/contract/data';
import { RUN_OUTCOMES } from '../../types/run-outcome.ts';
import {
  type ArmedTrap,
  LONGEST_TRAP,
  MOST_ARMED,
  MOST_CATCHES,
  TRAP_ID,
} from '../../types/trap.ts';
import type { Tracer } from '../trace/tracer.ts';
import { PayloadCapture, type PayloadCaptureOptions } from './payload-capture.ts';

const upTo =
  (most: number): Check =>
  (value, path) => {
    number(value, path);
    if ((value as number) < 0 || (value as number) > most) throw new RangeError(path);
  };

const TRAPS: Check = listOf(
  object({
    id: matching(TRAP_ID, 'the id of a trap'),
    left: upTo(MOST_CATCHES),
    within: upTo(LONGEST_TRAP),
    where: object(
      {},
      {
        method: string,
        route: string,
        status: (value, path) => (typeof value === 'number' ? undefined : string(value, path)),
        version: string,
        minUs: number,
        header: string,
        effect: string,
        outcome: oneOf(...RUN_OUTCOMES),
      },
    ),
  }),
  MOST_ARMED,
);

/**
 * Arms the traps in a process, in place of those before. Without traps, nothing is captured and
 * requests cost nothing.
 *
 * @param traps as the collector sent them
 */
export function armTraps(tracer: Tracer, traps: unknown, options: PayloadCaptureOptions): void {
  TRAPS(traps, 'traps');
  const armed = traps as ArmedTrap[];
  if (armed.length === 0) {
    tracer.capture = undefined;
    return;
  }
  const capture = (tracer.capture ??= new PayloadCapture(options));
  capture.arm(armed);
  // The collector may be unavailable when they expire.
  const longest = Math.max(...armed.map(({ within }) => within));
  setTimeout(() => {
    if (tracer.capture === capture && !capture.isArmed) tracer.capture = undefined;
  }, longest + 1).unref();
}
