import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { CAPS, open } from '../../../../src/effects/drivers/sqlite/driver.ts';
import { openNative } from '../../../../src/data/native-sqlite.ts';
import { testDamagedRows } from '../../helpers/driver-suite/damaged-rows.ts';
import { describeDriver, pause } from '../../helpers/driver-suite/describe-driver.ts';

const folder = temporaryFolder('sqlite');
let count = 0;

const url = (): string => `sqlite:${join(folder, `${count}.db`)}`;

const openAnother = (): ReturnType<typeof open> => {
  count++;
  return open(url());
};

describeDriver('sqlite', {
  caps: CAPS,
  open: openAnother,
  another: () => open(url()),
  wait: pause,
  now: Date.now,
});

testDamagedRows({
  open: openAnother,
  async damage(set, id) {
    const db = openNative(join(folder, `${count}.db`), process.cwd());
    db.prepare(`UPDATE jobs SET ${set} WHERE id = ?`).run(id);
    db.close();
  },
  mended: [['priority of 64 bits', 'priority = 9223372036854775807']],
  more: [['attempt of 64 bits', 'attempt = 9223372036854775807']],
});
