import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { isCi } from '../../src/files/is-ci.ts';
import { locateStore } from '../../src/releases/locate-store.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder('locate');
  vi.stubEnv('GATI_RELEASES', undefined);
});
afterEach(() => void vi.unstubAllEnvs());
const deploy = (text: string): void => fs.writeFileSync(path.join(root, 'gati.deploy.yaml'), text);

test('the store is --store, else GATI_RELEASES, else gati.deploy.yaml, else a folder', () => {
  expect(locateStore(root)).toEqual({ url: path.join(root, '.gati/releases'), named: false });
  deploy('target: aws\nreleases: s3://acme/shop # for all\n');
  expect(locateStore(root)).toEqual({ url: 's3://acme/shop', named: true });
  vi.stubEnv('GATI_RELEASES', '../shared');
  expect(locateStore(root)).toEqual({ url: path.resolve(root, '../shared'), named: true });
  expect(locateStore(root, '/srv/releases')).toEqual({ url: '/srv/releases', named: true });
  vi.stubEnv('GATI_RELEASES', '');
  deploy('target: aws\n');
  expect(locateStore(root).named).toBe(false);
  deploy('');
  expect(locateStore(root).named).toBe(false);
});

test.each(['releases: [a, b]\n', 'releases: "unfinished\n'])(
  'reports the error of gati.deploy.yaml: %j',
  (text) => {
    deploy(text);
    expect(() => locateStore(root)).toThrow(/GATI_RELEASES: .*gati\.deploy\.yaml/);
  },
);

test.each([
  ['', false],
  ['false', false],
  ['0', false],
  ['true', true],
  ['1', true],
])('isCi is right for CI=%j', (value, expected) => {
  vi.stubEnv('CI', value);
  expect(isCi()).toBe(expected);
});
