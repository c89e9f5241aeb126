import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { createNativeDetector } from '../../src/build/native-packages.ts';

const folder = temporaryFolder('native');
function install(name: string, json: object, files: string[] = []): string {
  const at = path.join(folder, 'node_modules', name);
  fs.mkdirSync(path.join(at, 'lib'), { recursive: true });
  fs.writeFileSync(
    path.join(at, 'package.json'),
    JSON.stringify({ name, version: '1.0.0', ...json }),
  );
  for (const file of ['lib/index.js', ...files]) fs.writeFileSync(path.join(at, file), '');
  return path.join(at, 'lib/index.js');
}

test.each([
  ['known', {}, [], true],
  ['plain', { dependencies: { h3: '2' } }, [], false],
  ['@scope/gyp', { gypfile: true }, [], true],
  ['loader', { dependencies: { 'node-gyp-build': '4' } }, [], true],
  ['rust', { napi: { name: 'rust' } }, [], true],
  ['source', {}, ['binding.gyp'], true],
])('detects whether the package %s has compiled code', (name, json, files, native) => {
  const found = createNativeDetector(['known'])(install(name, json, files));
  expect(found?.name).toBe(native ? name : undefined);
});

test('files of the app belong to no package', () => {
  expect(createNativeDetector(['known'])(path.join(folder, 'src/handlers/a.ts'))).toBeUndefined();
});
