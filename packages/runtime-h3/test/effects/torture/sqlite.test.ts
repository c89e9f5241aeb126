import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { describeTorture } from '../helpers/torture/describe-torture.ts';
import { describeTransactions } from '../helpers/torture/describe-transactions.ts';

describeTorture('sqlite', {
  url: (folder) => `sqlite:${join(folder, 'queue.db')}`,
  points: ['before-commit', 'after-commit', 'before-commit', 'after-commit'],
  preload: pathToFileURL(
    fileURLToPath(new URL('../helpers/torture/kill-at-commit.mjs', import.meta.url)),
  ).href,
  steps: true,
  keys: true,
});

describeTransactions('sqlite', () => ({
  url: `sqlite:${join(temporaryFolder('transactions'), 'shop.db')}`,
  jobs: 'jobs',
}));
