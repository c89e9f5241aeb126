import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of @gati/cloud-gcp export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('deployers/gcp')).toMatchFileSnapshot('exports.snapshot.txt');
});
