import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { beforeEach, expect, test } from 'vitest';
import { CacheStore } from '../../src/analyze/cache/cache-store.ts';
import { openSdkCache } from '../../src/build/sdk/sdk-cache.ts';
import { readCacheDocument, writeCacheDocument } from '../../src/files/cache-file.ts';
import { createFactsCache } from '../../src/scan/facts-cache.ts';
import type { FileFacts } from '../../src/scan/file-facts.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder('cache-damage');
});

/** Changes each byte of a file in turn, and calls `check` after each change. */
function damageEachByte(file: string, check: (at: number) => void): void {
  const whole = fs.readFileSync(file);
  for (let at = 0; at < whole.length; at++) {
    const bytes = Buffer.from(whole);
    // Another character that the file may contain.
    bytes[at] = bytes[at] === 0x31 ? 0x32 : 0x31;
    fs.writeFileSync(file, bytes);
    check(at);
    fs.writeFileSync(file, whole.subarray(0, at));
    check(at);
  }
  fs.writeFileSync(file, whole);
}

test('a document of a cache is what was written, or nothing', () => {
  const file = path.join(folder, 'a.json');
  const value = { format: 7, files: { 'a.ts': { hash: 'x', facts: { exports: ['GET'] } } } };
  writeCacheDocument(file, value);
  damageEachByte(file, () => expect([undefined, value]).toContainEqual(readCacheDocument(file)));
  expect(readCacheDocument(file)).toEqual(value);
});

test('damage to the cache of the scan never gives other facts', () => {
  const facts = { exports: ['handler'], route: 'GET /a' } as unknown as FileFacts;
  createFactsCache(folder).save([{ file: 'src/a.ts', hash: 'abc', facts }]);
  damageEachByte(path.join(folder, 'scan.json'), () =>
    expect([undefined, facts]).toContainEqual(createFactsCache(folder).get('src/a.ts', 'abc')),
  );
  expect(createFactsCache(folder).get('src/a.ts', 'abc')).toEqual(facts);
});

test('damage to the cache of the analysis never gives another result', () => {
  const entry = { key: 'k', files: [], result: { contract: { id: 'GET /a' }, warnings: [] } };
  const store = new CacheStore(folder, 'environment');
  store.set('GET /a', entry);
  store.save();
  const read = (): unknown => new CacheStore(folder, 'environment').get('GET /a');
  damageEachByte(path.join(folder, 'contracts.tsv'), () =>
    expect([undefined, entry]).toContainEqual(read()),
  );
  expect(read()).toEqual(entry);
});

test.each(['../escaped.tgz', '/tmp/escaped.tgz', 'a/../../escaped.tgz'])(
  'the path %s in the cache of SDKs removes no file',
  (file) => {
    const sdks = path.join(folder, 'sdk');
    fs.mkdirSync(sdks);
    fs.writeFileSync(path.join(folder, 'escaped.tgz'), '');
    const digest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    writeCacheDocument(path.join(folder, '.gati/cache/sdk.json'), {
      [file]: { key: 'k', digest, version: '1.0.0', store: 's' },
    });
    openSdkCache(folder, sdks).removeProposals({ url: 's', versions: ['0.9.0'] }, '2.0.0');
    expect(fs.existsSync(path.join(folder, 'escaped.tgz'))).toBe(true);
  },
);
