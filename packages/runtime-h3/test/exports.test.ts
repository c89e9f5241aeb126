import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of @gati/runtime-h3 export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('runtime-h3')).toMatchFileSnapshot('exports.snapshot.txt');
});
