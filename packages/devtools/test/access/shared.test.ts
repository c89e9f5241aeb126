import { randomUUID } from 'node:crypto';
import { afterEach, expect, test } from 'vitest';
import type { SharedDocument } from '@gati/runtime-h3/telemetry';
import { readOrigin } from '../../src/access/origin.ts';
import { openAccounts } from '../../src/built/accounts.ts';
import { createFirstLink } from '../../src/built/setup-link.ts';
import { toAuditEntry } from '../../src/access/audit.ts';
import { type AccessStore, createAccessStore } from '../../src/access/store/access-store.ts';
import {
  openSharedDatabase,
  type SharedDatabase,
} from '../../src/access/store/shared/shared-database.ts';

/** A document with optimistic locking, as a Secret has. */
interface TestDocument extends SharedDocument {
  writes: number;
  size: number;
  /** Called before each write. */
  before: () => void | Promise<void>;
  /** Called after each write that was stored, before its response. */
  after: () => void;
}

function createDocument(): TestDocument {
  let bytes: Uint8Array | undefined;
  let version = 1;
  const document: TestDocument = {
    writes: 0,
    size: 0,
    before: () => {},
    after: () => {},
    read: async (known) => ({
      version: String(version),
      ...(bytes && known !== String(version) && { bytes }),
    }),
    async write(next, base) {
      await document.before();
      if (base !== String(version)) return undefined;
      bytes = next;
      document.writes++;
      document.size = next.length;
      const own = String(++version);
      document.after();
      return own;
    },
  };
  return document;
}

interface Pod {
  store: AccessStore;
  shared: SharedDatabase;
  /** Runs a request that changes something, and stores it. */
  act<Result>(work: () => Result | Promise<Result>): Promise<Result>;
  read<Result>(work: () => Result): Promise<Result>;
}

const pods: Pod[] = [];
afterEach(async () => {
  for (const { shared } of pods.splice(0)) await shared.close();
});

async function startPod(document: SharedDocument, entries?: number): Promise<Pod> {
  const shared = await openSharedDatabase({ accounts: document, interval: 0 });
  const store = createAccessStore(shared.database, Date.now, {
    attempts: 10,
    ...(entries && { entries }),
  });
  const pod: Pod = {
    store,
    shared,
    act: (work) =>
      shared.run(true, async () => {
        const result = await work();
        await shared.settle();
        return result;
      }),
    read: (work) => shared.run(true, async () => work()),
  };
  pods.push(pod);
  return pod;
}

async function startTwo(): Promise<[Pod, Pod, TestDocument]> {
  const document = createDocument();
  return [await startPod(document), await startPod(document), document];
}

/** Adds an owner and returns the id. */
function add({ store }: Pod, name: string): string {
  const id = randomUUID();
  store.people.add({ id, name, role: 'owner' });
  return id;
}

const entry = (action: string): ReturnType<typeof toAuditEntry> =>
  toAuditEntry(
    {
      actor: { kind: 'person', id: 'p', name: 'Ada', address: '::1' },
      action,
      result: 'done',
    },
    Date.now(),
  );

test('one process sees the people, sessions and audit entries of the other', async () => {
  const [one, two] = await startTwo();
  const secret = await one.act(() => {
    const id = add(one, 'Ada');
    one.store.audit.append(entry('access.join'));
    return one.store.sessions.start({ person: id, method: 'totp', address: '::1', agent: 'test' });
  });
  expect(await two.read(() => two.store.sessions.find(secret))).toMatchObject({ method: 'totp' });
  expect(two.store.people.list().map(({ name }) => name)).toEqual(['Ada']);
  expect(two.store.audit.list({ limit: 10 }).items).toMatchObject([{ action: 'access.join' }]);
  await two.act(() => two.store.sessions.endAll(two.store.people.list()[0]!.id));
  expect(await one.read(() => one.store.sessions.find(secret))).toBeUndefined();
});

test('of two processes that use a link at the same time, one fails and changes nothing', async () => {
  const [one, two] = await startTwo();
  const secret = await one.act(() => one.store.links.create('setup', 'owner'));
  const join = (pod: Pod, name: string): Promise<unknown> =>
    pod.act(() => {
      if (!pod.store.links.take(secret)) throw new Error('used');
      return add(pod, name);
    });
  const results = await Promise.allSettled([join(one, 'Ada'), join(two, 'Mallory')]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const rejected = results.find((each) => each.status === 'rejected');
  expect(rejected!.reason).toMatchObject({ status: 409, code: 'changed_meanwhile' });
  for (const pod of [one, two])
    expect(await pod.read(() => pod.store.people.list())).toHaveLength(1);
});

test('stores a change that is made during a write, even if a request that only read ends meanwhile', async () => {
  const [one, two, document] = await startTwo();
  let endRead = (): void => {};
  const isEnded = new Promise<void>((resolve) => (endRead = resolve));
  const reading = one.shared.run(true, async () => {
    one.store.people.list();
    await isEnded;
  });
  let second: Promise<unknown> | undefined;
  document.before = async () => {
    document.before = () => {};
    endRead();
    await reading;
    second = one.shared.run(false, async () => {
      add(one, 'Bob');
      await one.shared.settle();
    });
  };
  await one.act(() => add(one, 'Ada'));
  await second;
  const names = await two.read(() => two.store.people.list().map(({ name }) => name));
  expect(names).toEqual(['Ada', 'Bob']);
});

test('stores what a request writes after its end, and does not keep its reads', async () => {
  const [one, two, document] = await startTwo();
  await one.act(() => add(one, 'Ada'));
  let goOn = (): void => {};
  const isEnded = new Promise<void>((resolve) => (goOn = resolve));
  let later: Promise<unknown> | undefined;
  await one.shared.run(true, async () => {
    later = isEnded.then(() => {
      one.store.people.list();
      add(one, 'Bob');
    });
  });
  goOn();
  await later;
  // If the earlier read of the list still counted, the change of Bob would be rejected.
  await two.act(() => add(two, 'Eve'));
  await one.shared.settle();
  const names = await two.read(() => two.store.people.list().map(({ name }) => name));
  expect(names.toSorted()).toEqual(['Ada', 'Bob', 'Eve']);
  document.read = async () => {
    throw new Error('the cluster is unavailable');
  };
  await expect(one.read(() => {})).rejects.toMatchObject({ status: 503 });
});

test('of two owners who demote each other in two processes, one stays owner', async () => {
  const [one, two] = await startTwo();
  const [ada, bob] = await one.act(() => ['Ada', 'Bob'].map((name) => add(one, name)));
  const demote = (pod: Pod, id: string): Promise<unknown> =>
    pod.act(() => {
      const owners = pod.store.people.list().filter(({ role }) => role === 'owner');
      if (owners.length < 2) throw new Error('the last owner');
      pod.store.people.setRole(id, 'viewer');
    });
  const results = await Promise.allSettled([demote(one, ada!), demote(two, bob!)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const left = await one.read(() => one.store.people.list());
  expect(left.filter(({ role }) => role === 'owner')).toHaveLength(1);
});

test('both processes have the same link for the set-up, until it is used', async () => {
  const document = createDocument();
  const accounts = await Promise.all(
    [1, 2].map(() => openAccounts({ file: '' }, { accounts: document })),
  );
  const [one, two] = accounts;
  const origin = readOrigin('https://shop.example', 3000);
  const url = await createFirstLink(one!, origin);
  expect(url).toMatch(/^https:\/\/shop\.example\/_control\/#setup=[\w-]{43}$/);
  expect(await createFirstLink(two!, origin)).toBe(url);
  await two!.shared!.run(true, async () => {
    two!.store.links.take(url!.split('#setup=')[1]!);
    two!.store.people.add({ id: 'a', name: 'Ada', role: 'owner' });
    await two!.shared!.settle();
  });
  expect(await createFirstLink(one!, origin)).toBeUndefined();
  for (const each of accounts) await each.close();
});

test('keeps the audit entries of both processes', async () => {
  const [one, two] = await startTwo();
  const append = (index: number): Promise<void> => {
    const pod = index % 2 === 0 ? one : two;
    return pod.act(() => pod.store.audit.append(entry(`x.${index}`)));
  };
  await Promise.all(Array.from({ length: 10 }, (_, index) => append(index)));
  const items = await one.read(() => one.store.audit.list({ limit: 20 }).items);
  expect(items.map(({ action }) => action).toSorted()).toEqual(
    Array.from({ length: 10 }, (_, index) => `x.${index}`),
  );
});

test('counts the wrong attempts of all processes together', async () => {
  const [one, two] = await startTwo();
  for (let index = 0; index < 5; index++) {
    const pod = index % 2 === 0 ? one : two;
    await pod.act(() => pod.store.attempts.fail('Ada'));
  }
  for (const pod of [one, two])
    await expect(pod.act(() => pod.store.attempts.check('Ada', true))).rejects.toMatchObject({
      status: 429,
    });
});

test('of two attempts at the same time in two processes, one is not evaluated', async () => {
  const [one, two] = await startTwo();
  await one.act(() => one.store.attempts.fail('Ada'));
  const attempt = (pod: Pod): Promise<void> =>
    pod.act(() => {
      pod.store.attempts.check('Ada', true);
      pod.store.attempts.fail('Ada');
    });
  const results = await Promise.allSettled([attempt(one), attempt(two)]);
  expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});

test('requests that end at the same time share a write', async () => {
  const [one, , document] = await startTwo();
  await one.act(() => one.store.setMeta('a', '1'));
  const before = document.writes;
  await Promise.all(
    Array.from({ length: 20 }, (_, index) => one.act(() => one.store.setMeta(`m${index}`, '1'))),
  );
  expect(document.writes - before).toBeLessThan(20);
});

test('a write whose response was lost counts once', async () => {
  const [one, two, document] = await startTwo();
  let isLost = false;
  const { write } = document;
  document.write = async (bytes, version) => {
    const stored = await write(bytes, version);
    if (isLost) return stored;
    isLost = true;
    // The client of the cluster sends it again, and gets a conflict.
    return undefined;
  };
  await one.act(() => one.store.audit.append(entry('once')));
  expect(await two.read(() => two.store.audit.list({ limit: 9 }).items)).toHaveLength(1);
});

test('a change that can not be stored fails with 503, and is undone', async () => {
  const [one, , document] = await startTwo();
  await one.act(() => add(one, 'Ada'));
  document.before = () => {
    throw new Error('the cluster is unavailable');
  };
  const failed = one.act(() => add(one, 'Bob'));
  await expect(failed).rejects.toMatchObject({ status: 503, code: 'accounts_unavailable' });
  document.before = () => {};
  expect(await one.read(() => one.store.people.list())).toHaveLength(1);
});

test('the oldest audit entries are removed when the document is full', async () => {
  const document = createDocument();
  const pod = await startPod(document);
  // Random text does not compress.
  const long = (): string =>
    Array.from({ length: 1500 }, () =>
      String.fromCodePoint(33 + Math.floor(Math.random() * 90)),
    ).join('');
  await pod.act(() => {
    for (let index = 0; index < 900; index++)
      pod.store.audit.append({ ...entry(`x.${index}`), reason: long() });
    return 0;
  });
  expect(document.size).toBeLessThanOrEqual(700_000);
  const [newest] = await pod.read(() => pod.store.audit.list({ limit: 1 }).items);
  expect(newest).toMatchObject({ action: 'x.899' });
});

test('entries over the maximum number are removed, oldest first', async () => {
  const pod = await startPod(createDocument(), 5);
  for (let index = 0; index < 8; index++)
    await pod.act(() => pod.store.audit.append(entry(`x.${index}`)));
  const items = await pod.read(() => pod.store.audit.list({ limit: 20 }).items);
  expect(items.map(({ action }) => action)).toEqual(['x.7', 'x.6', 'x.5', 'x.4', 'x.3']);
});
