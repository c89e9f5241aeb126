import { beforeEach, describe, expect, test } from 'vitest';
import type { ReleaseStore, StoreHead } from '../../../src/ports.ts';
import { runWriter } from './processes.ts';
import { bytes, digest, record } from './records.ts';

/**
 * Declares the tests that every driver of a release store has to pass. `fresh` returns the address
 * of an empty store.
 */
export function conformsToReleaseStore(
  fresh: () => Promise<string>,
  open: (url: string) => Promise<ReleaseStore>,
): void {
  let url: string;
  let store: ReleaseStore;
  beforeEach(async () => {
    url = await fresh();
    store = await open(url);
  });

  describe('releases', () => {
    test('an empty store has none', async () => {
      expect(await store.list()).toEqual([]);
      expect((await store.head()).head).toEqual({ before: [], marks: {} });
      expect(await store.notes()).toEqual([]);
      expect(await store.blob(digest('nothing'), 10)).toBeUndefined();
    });

    test('a release is there as it was put, for others too', async () => {
      expect(await store.create(record('1.0.0'))).toBe(true);
      expect(await store.create(record('1.1.0-rc.1'))).toBe(true);
      const other = await open(url);
      const byVersion = (await other.list()).sort((a, b) => (a.version < b.version ? -1 : 1));
      expect(byVersion).toEqual([record('1.0.0'), record('1.1.0-rc.1')]);
      await other.close();
    });

    test('a version is taken once', async () => {
      expect(await store.create(record('1.0.0', 'first'))).toBe(true);
      expect(await store.create(record('1.0.0', 'second'))).toBe(false);
      expect(await store.list()).toEqual([record('1.0.0', 'first')]);
    });

    test('of many at once one gets it', async () => {
      const tries = Array.from({ length: 12 }, (_, index) =>
        store.create(record('1.0.0', `writer ${index}`)),
      );
      const won = (await Promise.all(tries)).flatMap((yes, index) => (yes ? [index] : []));
      expect(won).toHaveLength(1);
      expect(await store.list()).toEqual([record('1.0.0', `writer ${won[0]}`)]);
    });
  });

  describe('head', () => {
    const next = (current: string): StoreHead => ({
      current,
      before: [],
      marks: { [current]: { status: 'live' } },
    });

    test('moves from the tag that was read, and from no other', async () => {
      const { tag } = await store.head();
      expect(await store.moveHead(next('1.0.0'), tag)).toBe(true);
      expect(await store.moveHead(next('9.9.9'), tag)).toBe(false);
      const now = await store.head();
      expect(now.head).toEqual(next('1.0.0'));
      expect(await store.moveHead(next('1.1.0'), now.tag)).toBe(true);
      expect(await store.moveHead(next('9.9.9'), now.tag)).toBe(false);
      expect((await store.head()).head).toEqual(next('1.1.0'));
    });

    test('its tag says so, and stays while nothing moves', async () => {
      const tags = [await store.tag()];
      for (const version of ['1.0.0', '1.0.1', '1.0.0']) {
        expect(await store.moveHead(next(version), (await store.head()).tag)).toBe(true);
        tags.push(await store.tag());
        expect(await store.tag()).toBe(tags.at(-1));
      }
      for (let index = 1; index < tags.length; index++)
        expect(tags[index]).not.toBe(tags[index - 1]);
    });

    test('of many at once one moves it', async () => {
      const { tag } = await store.head();
      const moved = await Promise.all(
        Array.from({ length: 8 }, (_, index) => store.moveHead(next(`1.0.${index}`), tag)),
      );
      expect(moved.filter(Boolean)).toHaveLength(1);
      expect((await store.head()).head.current).toBe(`1.0.${moved.indexOf(true)}`);
    });
  });

  describe('blobs', () => {
    test('are bytes by name', async () => {
      const binary = new Uint8Array([0, 255, 10, 13, 0]);
      await store.putBlob(digest('a'), bytes('a'));
      await store.putBlob(digest('a'), bytes('a'));
      await store.putBlob(digest('binary'), binary);
      await store.putBlob(digest('empty'), new Uint8Array());
      expect(Buffer.from((await store.blob(digest('a'), 10))!).toString()).toBe('a');
      expect(new Uint8Array((await store.blob(digest('binary'), 10))!)).toEqual(binary);
      expect((await store.blob(digest('empty'), 10))!.byteLength).toBe(0);
      const listed = [];
      for await (const { sha256, written } of store.blobs()) {
        expect(Math.abs(Date.now() - written)).toBeLessThan(10 * 60_000);
        listed.push(sha256);
      }
      expect(listed.sort()).toEqual([digest('a'), digest('binary'), digest('empty')].sort());
      await store.removeBlob(digest('a'));
      await store.removeBlob(digest('a'));
      expect(await store.blob(digest('a'), 10)).toBeUndefined();
    });
  });

  test('notes of servers are replaced and taken back', async () => {
    await store.putNote({ instance: 'a-1', current: '1.0.0', until: 1 });
    await store.putNote({
      instance: 'b-2',
      until: 2,
      failed: { version: '2.0.0', reason: 'no database' },
    });
    await store.putNote({ instance: 'a-1', current: '1.1.0', until: 3 });
    await store.removeNote('b-2');
    await store.removeNote('b-2');
    expect(await store.notes()).toEqual([{ instance: 'a-1', current: '1.1.0', until: 3 }]);
  });

  test('two processes that race for every version and for the head lose nothing', async () => {
    const each = 15;
    const writers = ['a', 'b'].map((name) => runWriter([url, name, String(each)]));
    const won = (await Promise.all(writers.map(({ done }) => done))).map(
      (text) => JSON.parse(text) as { won: string[] },
    );
    const all = won.flatMap((one) => one.won);
    expect(new Set(all).size).toBe(each);
    expect(all).toHaveLength(each);
    expect(await store.list()).toHaveLength(each);
    const { head } = await store.head();
    expect(Object.keys(head.marks)).toHaveLength(2 * each);
  });
}
