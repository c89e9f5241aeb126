import { createMemoryDriver } from '../../../../src/effects/drivers/memory/driver.ts';
import { describeDriver } from '../../helpers/driver-suite/describe-driver.ts';

let time = 1_700_000_000_000;

describeDriver('memory', {
  without: ['due'],
  caps: {
    durable: false,
    shared: false,
    maxDelay: Infinity,
    keyMemory: Infinity,
    ordered: true,
    tx: true,
  },
  open: async () => createMemoryDriver(() => time),
  wait: async (milliseconds) => {
    time += milliseconds;
  },
  now: () => time,
});
