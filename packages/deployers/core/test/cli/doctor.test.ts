import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { captureProgram } from '../helpers/capture-program.ts';

test.each([
  ['local', 0, []],
  ['custom', 1, [{ name: 'registry', state: 'failed' }]],
])('the target %s needs a registry only if it pushes an image', async (provider, code, checks) => {
  const folder = temporaryFolder('doctor');
  fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"shop"}');
  fs.writeFileSync(path.join(folder, 'gati.deploy.yaml'), `provider: ${provider}\n`);
  const result = await captureProgram(['doctor', '--json', '--root', folder]);
  expect(result.code, result.stderr).toBe(code);
  expect(JSON.parse(result.stdout)).toMatchObject({ ok: code === 0, checks });
});
