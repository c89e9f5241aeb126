import { expect, test } from 'vitest';
import { listExports } from '../../../test/kit/list-exports.ts';

test(
  'the entries of @gati/contract export the names in exports.snapshot.txt',
  { timeout: 60_000 },
  async () => {
    await expect(await listExports('contract')).toMatchFileSnapshot('exports.snapshot.txt');
  },
);
