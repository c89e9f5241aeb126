import { expect, test } from 'vitest';
import { checkCaa, checkDelegation, type Lookup } from '../../src/doctor/check-dns.ts';

const noRecord = (): never => {
  throw Object.assign(new Error('queryNs ENODATA'), { code: 'ENODATA' });
};

/** A DNS with one zone, `example.com`. */
function lookupOf(zone: {
  servers?: string[];
  /** Servers that are not responsible for the zone. */
  lame?: string[];
  caa?: Record<string, string[]>;
}): Lookup {
  const { servers = ['ns1.example.net', 'ns2.example.net'], lame = [], caa = {} } = zone;
  return {
    resolveNs: async (name) =>
      name === 'example.com' && servers.length > 0 ? servers : noRecord(),
    resolve4: async (name) => [name],
    hasZone: async (address, name) => name === 'example.com' && !lame.includes(address),
    resolveCaa: async (name) => caa[name]?.map((issue) => ({ critical: 0, issue })) ?? noRecord(),
  };
}

const HOST = 'www.shop.example.com';

test('a delegated zone passes, and the check names a server that is not authoritative', async () => {
  expect(await checkDelegation(HOST, lookupOf({}))).toMatchObject({
    state: 'ok',
    why: `the zone of ${HOST} is example.com, at ns1.example.net, ns2.example.net`,
  });
  const wrong = await checkDelegation(HOST, lookupOf({ lame: ['ns2.example.net'] }));
  expect(wrong).toMatchObject({ state: 'failed' });
  expect(wrong.why).toContain('delegated to ns2.example.net');
  const missing = await checkDelegation(HOST, lookupOf({ servers: [] }));
  expect(missing).toMatchObject({ state: 'failed', why: `no zone of ${HOST} is delegated` });
});

test('the check uses the CAA records closest to the host, as certificate authorities do', async () => {
  const check = (caa: Record<string, string[]>, issuers = ['amazon.com']) =>
    checkCaa(HOST, issuers, lookupOf({ caa }));
  expect(await check({})).toMatchObject({ state: 'ok' });
  expect(await check({ 'example.com': ['Amazon.com; policy=ev'] })).toMatchObject({ state: 'ok' });
  expect(
    await check({ 'example.com': ['amazon.com'], 'shop.example.com': ['letsencrypt.org'] }),
  ).toEqual({
    name: 'CAA',
    state: 'failed',
    why: 'the CAA records of shop.example.com allow letsencrypt.org only',
    fix: 'Add this record: shop.example.com CAA 0 issue "amazon.com"',
  });
  expect((await check({ 'example.com': [';'] })).why).toContain('allow nobody only');
  expect(await check({ 'example.com': ['pki.goog'] }, [])).toMatchObject({ state: 'skipped' });
});

test('a DNS failure does not count as a missing record', async () => {
  const broken = { ...lookupOf({}), resolveCaa: () => Promise.reject(new Error('ESERVFAIL')) };
  await expect(checkCaa(HOST, [], broken)).rejects.toThrow('ESERVFAIL');
});
