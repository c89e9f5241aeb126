import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of create-gati export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('create-gati')).toMatchFileSnapshot('exports.snapshot.txt');
});
