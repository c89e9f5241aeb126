import { expect, test } from 'vitest';
import { captureProgram } from '../helpers/capture-program.ts';

test.each(['9999h', '0h', '1d'])(
  'a preview for %s is wrong use, because the schedule of its removal has no year',
  async (time) => {
    const { code, stderr } = await captureProgram(['preview', 'pr-1', '--ttl', time]);
    expect(code).toBe(2);
    expect(stderr).toContain(`\`${time}\` is not a time of up to 8760h`);
  },
);
