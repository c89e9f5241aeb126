import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { CAPS, open } from '../../src/effects/drivers/sqlite/driver.ts';
import { describeDriver, pause } from './driver-conformance.ts';

const folder = await mkdtemp(join(tmpdir(), 'gati-sqlite-'));
let count = 0;
afterAll(() => rm(folder, { recursive: true, force: true }));

const url = (): string => `sqlite:${join(folder, `${count}.db`)}`;

describeDriver('sqlite', {
  caps: CAPS,
  open: async () => {
    count++;
    return open(url());
  },
  another: () => open(url()),
  wait: pause,
  now: Date.now,
});
