import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { decodeStorageKey, encodeStorageKey } from '../../src/data/storage-key.ts';
import { createLazyStorage, type OpenStorage } from '../../src/data/storage.ts';

/**
 * Texts that file systems or unstorage take for another key, for none, or for a path. None is the
 * folder of another.
 */
const KEYS = [
  '', 'a::b', 'c:', 'd/e', 'd:e', 'd\\e', '/f', 'f/', '.', '..', '...', '../x', 'x:..',
  'y:..:x', './x', 'g\0b', 'g', 'g%00b', '%', '%25', '%-', '%+', 'h?i', 'h', 'i$', 'i', 'j ', 'j.', 'j', 'K',
  'k', 'é', 'e\u0301', '\ud800', '\udc00', '\ud83d\ude00', 'CON', 'nul.txt', '*', '"<>|', '\u007f', '__proto__',
  'constructor', 'l'.repeat(300), `${'l'.repeat(299)}m`, '😀'.repeat(100), '\0'.repeat(100), `m:${'n'.repeat(2000)}`,
]; // prettier-ignore

let folder = '';
beforeEach(() => {
  folder = temporaryFolder('storage');
});

/** Value without the errors that unstorage would return. */
const item = (key: string): { key: string } => ({ key });

describe.each(['memory', 'files'])('storage in %s', (kind) => {
  const open = (): OpenStorage => createLazyStorage(kind === 'memory' ? undefined : folder);

  test('finds no item under any text before one is stored', async () => {
    const storage = open();
    for (const key of KEYS) {
      expect(await storage.getItem(key), JSON.stringify(key)).toBeNull();
      expect(await storage.getItemRaw(key), JSON.stringify(key)).toBeNull();
      expect(await storage.hasItem(key), JSON.stringify(key)).toBe(false);
      await storage.removeItem(key);
    }
  });

  test('keeps each text as a key of its own', async () => {
    const storage = open();
    for (const key of KEYS) await storage.setItem(key, item(key));
    for (const key of KEYS) expect(await storage.getItem(key)).toEqual(item(key));
    expect((await storage.getKeys()).sort()).toEqual([...KEYS].sort());
    for (const [index, key] of KEYS.entries()) {
      await storage.removeItem(key);
      expect(await storage.hasItem(key)).toBe(false);
      expect(await storage.getKeys()).toHaveLength(KEYS.length - index - 1);
    }
  });

  test('lists and clears the keys below a prefix', async () => {
    const storage = open();
    for (const key of ['a:1', 'a:b:2', 'ab:3', 'A:4']) await storage.setItem(key, item(key));
    expect((await storage.getKeys('a')).sort()).toEqual(['a:1', 'a:b:2']);
    expect((await storage.getKeys('a:')).sort()).toEqual(['a:1', 'a:b:2']);
    await storage.clear('a');
    expect((await storage.getKeys()).sort()).toEqual(['A:4', 'ab:3']);
    await storage.clear();
    expect(await storage.getKeys()).toEqual([]);
  });
});

describe('storage in files', () => {
  test('reads what earlier versions stored under usual keys', async () => {
    mkdirSync(join(folder, 'storage', 'users'), { recursive: true });
    const keys = ['users:Ann Ö', 'users:a@b.example', 'users:7.json', 'v1.0_x-y', 'x'.repeat(255)];
    for (const key of keys)
      writeFileSync(join(folder, 'storage', key.replace(':', '/')), '{"n":1}');
    const storage = createLazyStorage(folder);
    for (const key of keys) expect(await storage.getItem(key)).toEqual({ n: 1 });
    await storage.setItem('users:8', 'x');
    expect(await readFile(join(folder, 'storage', 'users', '8'), 'utf8')).toBe('x');
  });

  test('writes nothing outside of its folder', async () => {
    const storage = createLazyStorage(folder);
    for (const key of KEYS) await storage.setItem(key, item(key));
    expect(await readdir(folder)).toEqual(['storage']);
  });

  test('throws errors of the file system, without its paths', async () => {
    const storage = createLazyStorage(folder);
    await storage.setItem('a', 1);
    expect(await storage.getItem('a:b')).toBeNull();
    expect(await storage.hasItem('a:b')).toBe(false);
    const error = (await storage.setItem('a:b', 1).catch((caught: Error) => caught)) as Error;
    expect(error).toMatchObject({ code: 'GATI_STORAGE' });
    expect(error.message).not.toContain(folder);
    await storage.setItem('c:d', 1);
    expect(await storage.hasItem('c')).toBe(false);
    expect(await storage.getItem('c')).toBeNull();
  });

  test('says what to store instead of a value that JSON can not hold', async () => {
    const storage = createLazyStorage(folder);
    await expect(storage.setItem('a', { cents: 1n } as never)).rejects.toThrow(
      'fix: Store a value that JSON can hold, or bytes with setItemRaw.',
    );
  });

  test.skipIf(process.platform === 'win32')(
    "throws the file system's error when a file can't be read",
    async () => {
      const storage = createLazyStorage(folder);
      await storage.setItem('a', 1);
      symlinkSync('loop', join(folder, 'storage', 'loop'));
      for (const operation of ['getItem', 'getItemRaw', 'hasItem'] as const)
        await expect(storage[operation]('loop')).rejects.toMatchObject({ code: 'GATI_STORAGE' });
    },
  );
});

describe.each([false, true])('an encoded key (on a file system that folds names: %s)', (folds) => {
  test('an encoded key is decoded to the same text, and no other text has this key', () => {
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(...KEYS)), (key) => {
        const encoded = encodeStorageKey(key, folds);
        expect(decodeStorageKey(encoded)).toBe(key);
        const folded = folds ? encoded.toLowerCase().normalize('NFC') : encoded;
        expect(seen.get(folded) ?? key).toBe(key);
        seen.set(folded, key);
        for (const name of encoded.split(':')) expect(Buffer.byteLength(name)).toBeLessThan(256);
      }),
      { seed: 12, numRuns: 2000 },
    );
  }); // prettier-ignore
});
