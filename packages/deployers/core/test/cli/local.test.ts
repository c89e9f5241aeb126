import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { projectName } from '../../src/local/project-name.ts';
import { captureProgram } from '../helpers/capture-program.ts';

test('two checkouts of an app have separate containers, and a link to a checkout shares them', () => {
  const [first, second] = [temporaryFolder('checkout'), temporaryFolder('checkout')];
  const link = path.join(second, 'link');
  fs.symlinkSync(first, link);
  expect(projectName('shop', first)).not.toBe(projectName('shop', second));
  expect(projectName('shop', link)).toBe(projectName('shop', first));
  expect(projectName('shop', first)).toMatch(/^gati-shop-[0-9a-f]{8}$/);
});

test('`local --destroy` removes data only with --yes', async () => {
  const folder = temporaryFolder('local');
  fs.mkdirSync(path.join(folder, '.gati/local'), { recursive: true });
  fs.writeFileSync(path.join(folder, '.gati/local/compose.yaml'), 'services: {}\n');
  fs.writeFileSync(path.join(folder, 'package.json'), '{"name":"shop"}');
  const { code, stderr } = await captureProgram(['local', '--destroy', '--root', folder]);
  expect(code).toBe(2);
  expect(stderr).toContain('this removes the containers and their data');
  expect(stderr).toContain('Add `--yes` to do it');
});
