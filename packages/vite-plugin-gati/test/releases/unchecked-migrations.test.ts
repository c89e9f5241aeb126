import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { openReleaseStore } from '@gati/runtime-h3/releases';
import { afterEach, expect, test, vi } from 'vitest';
import { describeUnchecked } from '../../src/cli/unchecked-migrations.ts';
import { putSealed } from '../../../runtime-h3/test/helpers/sealed.ts';

afterEach(() => vi.unstubAllEnvs());

test('a migration whose release the store lacks is reported with the store', async () => {
  vi.stubEnv('GATI_RELEASES', '');
  const root = temporaryFolder('unchecked');
  const files = [
    { from: '1.x', to: '2.0.0', file: 'src/versions/1.x.ts' },
    { from: '0.9.0', to: '1.0.0', file: 'src/versions/0.9.0.ts' },
  ];
  const contract = { routes: [], effects: [], modules: [], $defs: {} };
  expect(await describeUnchecked(root, [], contract)).toEqual([]);
  expect(await describeUnchecked(root, files, contract)).toHaveLength(2);

  await putSealed(await openReleaseStore(path.join(root, 'store')), '1.4.0');
  vi.stubEnv('GATI_RELEASES', path.join(root, 'store'));
  expect(await describeUnchecked(root, files, contract)).toEqual([
    expect.stringMatching(
      /^src\/versions\/0\.9\.0\.ts has no types: .*store has no release 0\.9\.0/,
    ),
  ]);
});
