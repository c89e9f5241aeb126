import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { CAPS, open } from '../../../../src/effects/drivers/sqlite/driver.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const folder = temporaryFolder('sqlite');
let count = 0;

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
