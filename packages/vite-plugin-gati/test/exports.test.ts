import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of vite-plugin-gati export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('vite-plugin-gati')).toMatchFileSnapshot('exports.snapshot.txt');
});
