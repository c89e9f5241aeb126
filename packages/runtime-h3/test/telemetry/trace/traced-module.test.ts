import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { type Observed, observe } from '../../helpers/observed.ts';
import type { ModuleFile } from '../../../src/types/modules.ts';

class Account {
  static #count = 0;
  #balance = 0;
  label = 'main';
  deposit = async (amount: number): Promise<number> => (this.#balance += amount);
  constructor() {
    Account.#count++;
  }
  get balance(): number {
    return this.#balance;
  }
  pay(amount: number): this {
    this.check(amount);
    this.#balance -= amount;
    return this;
  }
  check(amount: number): void {
    if (amount > this.#balance) throw new RangeError('too much');
  }
  static isAccount(value: object): boolean {
    return #balance in value;
  }
  static count(): number {
    return Account.#count;
  }
}

class Lazy {
  started = false;
  // oxlint-disable-next-line unicorn/no-thenable -- a query that runs when it is awaited
  then(ok: (value: number) => void): void {
    this.started = true;
    ok(7);
  }
}

const account = new Account();
const lazy = new Lazy();
const frozen = Object.freeze({ double: (n: number) => n * 2, factor: 2 });
const sum = Object.assign((a: number, b: number) => a + b, { unit: 'EUR' });
const file = {
  Account,
  limit: 5,
  list: [1, 2],
  greet: (name: string) => `Hello ${name}`,
  query: () => lazy,
  fails: async () => {
    throw new TypeError('no');
  },
};
const made = (api: unknown): ModuleFile => ({ default: { setup: () => api } }) as ModuleFile;

interface Apis {
  account: Account;
  frozen: typeof frozen;
  sum: typeof sum;
  file: typeof file;
  map: Map<string, number>;
}

/** Runs inside a request. */
let run: (apis: Apis) => unknown;
let server: Observed;
beforeAll(async () => {
  const release = bundle({
    'GET /': { handler: async (_req, _res, gctx) => void (await run(gctx.modules as never)) },
  });
  release.modules = {
    account: () => made(account),
    frozen: () => made(frozen),
    sum: () => made(sum),
    file: () => file as unknown as ModuleFile,
    map: () => made(new Map([['a', 1]])),
  };
  server = await observe(release);
});
afterAll(() => server.close());

/** Runs `work` in a request, and returns the names of the spans of modules. */
async function within(work: (apis: Apis) => unknown): Promise<string[]> {
  const before = server.spans().length;
  let failure: unknown;
  run = async (apis) => {
    try {
      await work(apis);
    } catch (error) {
      failure = error;
    }
  };
  await (await server.call('/')).text();
  if (failure !== undefined) throw failure;
  return server
    .spans()
    .slice(before)
    .flatMap(({ name, attributes }) => ('gati.module' in attributes ? [name] : []));
}

describe('a module that telemetry observes', () => {
  test('an instance of a class stays the same object, with its private fields', async () => {
    const names = await within(async (apis) => {
      expect(apis.account).toBe(account);
      expect(apis.account).toBeInstanceOf(Account);
      expect(Account.isAccount(apis.account)).toBe(true);
      expect(await apis.account.deposit(10)).toBe(10);
      expect(apis.account.pay(4)).toBe(account);
      expect(apis.account.balance).toBe(6);
      expect(apis.account.pay).toBe(apis.account.pay);
      expect(Object.keys(apis.account)).toEqual(['label', 'deposit']);
      expect(() => apis.account.pay(100)).toThrow(RangeError);
    });
    // `check`, which the module calls itself, is no call of the module.
    expect(names).toEqual(['account.deposit', 'account.pay', 'account.pay']);
  });

  test('exports of a file keep values, classes and what functions return', async () => {
    const names = await within(async (apis) => {
      expect(apis.file.limit).toBe(5);
      expect(apis.file.list).toBe(file.list);
      expect(apis.file.Account).toBe(Account);
      expect(apis.file.Account.count()).toBe(1);
      expect(apis.file.greet('Ada')).toBe('Hello Ada');
      expect(apis.file.greet).toBe(apis.file.greet);
      expect(apis.file.greet.name).toBe('greet');
      expect(Object.keys(apis.file)).toEqual(Object.keys(file));
      expect('greet' in apis.file).toBe(true);
    });
    expect(names).toEqual(['file.greet']);
  });

  test('a query that starts when it is awaited is not started', async () => {
    await within((apis) => {
      const query = apis.file.query();
      expect(query).toBe(lazy);
      expect(lazy.started).toBe(false);
    });
  });

  test('a rejected call stays rejected, and its span has the type of the error', async () => {
    await within(async (apis) => {
      await expect(apis.file.fails()).rejects.toThrow(TypeError);
    });
    expect(server.span('file.fails').error).toBe('TypeError');
  });

  test('a frozen object stays frozen', async () => {
    const names = await within((apis) => {
      expect(Object.isFrozen(apis.frozen)).toBe(true);
      expect({ ...apis.frozen, double: 0 }).toEqual({ factor: 2, double: 0 });
      expect(apis.frozen.double(4)).toBe(8);
    });
    expect(names).toEqual(['frozen.double']);
  });

  test('a function keeps its members, its name and its length', async () => {
    const names = await within((apis) => {
      expect(apis.sum(1, 2)).toBe(3);
      expect(apis.sum.unit).toBe('EUR');
      expect(apis.sum).toHaveLength(2);
    });
    expect(names).toEqual(['sum']);
  });

  test('an object of the language works as before', async () => {
    await within((apis) => {
      apis.map.set('b', 2);
      expect(apis.map.get('b')).toBe(2);
      expect(apis.map.size).toBe(2);
      expect([...apis.map]).toEqual([
        ['a', 1],
        ['b', 2],
      ]);
      expect(structuredClone(apis.map)).toEqual(apis.map);
    });
  });

  test('a call outside of requests makes no span', () => {
    const before = server.spans().length;
    expect(account.pay(1)).toBe(account);
    expect(server.spans()).toHaveLength(before);
  });
});
