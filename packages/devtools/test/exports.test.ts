import { expect, test } from 'vitest';
import { listExports } from '@gati/test-kit/list-exports';

test('the entries of @gati/devtools export the names in exports.snapshot.txt', async () => {
  await expect(await listExports('devtools')).toMatchFileSnapshot('exports.snapshot.txt');
});
