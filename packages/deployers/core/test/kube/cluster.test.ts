import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { Cluster } from '../../src/kube/cluster.ts';

let server: http.Server;
let cluster: Cluster;
/** Values of `continue` that the server got. */
let asked: (string | null)[] = [];
/** Number of 410 responses to second pages. */
let gone = 0;
/** Number of objects of each page. */
let size = 1;

beforeAll(async () => {
  server = http.createServer((req, res) => {
    const next = new URL(req.url!, 'http://x').searchParams.get('continue');
    asked.push(next);
    const isGone = next !== null && gone-- > 0;
    const names = Array.from({ length: size }, () => ({ metadata: { name: next ?? 'first' } }));
    const items = size === 0 ? null : names;
    const page = { items, metadata: { continue: next === null ? 'second' : '' } };
    res.writeHead(isGone ? 410 : 200, { 'content-type': 'application/json' });
    res.end(JSON.stringify(isGone ? { kind: 'Status', code: 410, message: 'expired' } : page));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  cluster = new Cluster({ context: 'test', server: new URL(`http://127.0.0.1:${port}`) });
});
afterAll(() => void server.close());
beforeEach(() => {
  asked = [];
});

const names = async (): Promise<unknown[]> =>
  (await cluster.list('/api/v1/pods')).map(({ metadata }) => metadata?.name);

test('a list whose second page has expired begins again', async () => {
  gone = 1;
  expect(await names()).toEqual(['first', 'second']);
  expect(asked).toEqual([null, 'second', null, 'second']);
});

test('a list whose pages always expire ends with an error after 6 attempts', async () => {
  gone = Infinity;
  await expect(names()).rejects.toMatchObject({ message: expect.stringContaining('410') });
  expect(asked).toHaveLength(12);
  gone = 0;
});

test('a list is complete or an error, and only kept objects count towards its limit', async () => {
  size = 3000;
  const list = (keep?: (name: string) => boolean): Promise<unknown[]> =>
    cluster.list('/api/v1/pods', {}, keep && { keep: ({ metadata }) => keep(metadata.name) });
  await expect(list()).rejects.toMatchObject({
    code: 'GATI_DEPLOY_CLUSTER',
    message: expect.stringContaining('more than 5000 objects'),
  });
  expect(await list((name) => name === 'second')).toHaveLength(3000);
  size = 1;
});

test('an empty list whose items are null is empty', async () => {
  size = 0;
  expect(await names()).toEqual([]);
  size = 1;
});
