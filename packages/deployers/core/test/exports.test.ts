import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of gati-deploy export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('deployers/core')).toMatchFileSnapshot('exports.snapshot.txt');
});
