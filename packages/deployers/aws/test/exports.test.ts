import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of @gati/cloud-aws export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('deployers/aws')).toMatchFileSnapshot('exports.snapshot.txt');
});
