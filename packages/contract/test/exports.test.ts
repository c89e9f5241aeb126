import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of @gati/contract export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('contract')).toMatchFileSnapshot('exports.snapshot.txt');
});
