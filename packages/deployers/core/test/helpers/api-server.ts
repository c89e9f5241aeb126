import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject } from '@gati/contract/data';
import { Cluster, type KubeObject } from '../../src/kube/cluster.ts';

/** An API server that stores the objects that it gets. */
export interface ApiServer {
  cluster: Cluster;
  /** Objects by path. */
  objects: Map<string, KubeObject>;
  /** Method and path of each write. */
  writes: string[];
  /** Returns the status of a request, instead of that of the server. The object is stored anyway. */
  statusOf(method: string, path: string): number | undefined;
  close(): void;
}

export async function startApiServer(): Promise<ApiServer> {
  const objects = new Map<string, KubeObject>();
  const writes: string[] = [];
  const server = http.createServer(async (req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    await once(req, 'end');
    const { method = 'GET' } = req;
    const url = new URL(req.url!, 'http://x').pathname.slice(1);
    const { metadata } = (text && method === 'POST' ? JSON.parse(text) : {}) as Partial<KubeObject>;
    const path = metadata ? `${url}/${metadata.name}` : url.replace(/\/scale$/, '');
    const status = api.statusOf(method, url) ?? 200;
    if (method !== 'GET' && method !== 'HEAD') writes.push(`${method} ${url}`);
    if (method === 'PATCH' && status !== 403) {
      const before = objects.get(path) ?? {};
      const value: unknown = JSON.parse(text);
      objects.set(path, merge(before, value) as KubeObject);
    }
    if (method === 'POST' || method === 'PUT') objects.set(path, JSON.parse(text) as KubeObject);
    if (method === 'DELETE') objects.delete(path);
    const found = objects.get(path);
    const [group, place = ''] = path.split('/namespaces/');
    const isCluster = place === '' && !path.includes('/namespaces');
    const isList = method === 'GET' && (isCluster || place.split('/').length === 2);
    const plural = path.slice(path.lastIndexOf('/') + 1);
    const items = [...objects.entries()].flatMap(([each, object]) =>
      each.startsWith(
        isCluster
          ? `${group!.slice(0, -plural.length)}namespaces/`
          : `${group}/namespaces/${place}/`,
      ) && each.split('/').at(-2) === plural
        ? [object]
        : [],
    );
    res.writeHead(found || isList || method !== 'GET' ? status : 404, {
      'content-type': 'application/json',
      'x-gati-release': 'rel_2',
    });
    res.end(JSON.stringify(isList ? { items } : (found ?? { kind: 'Status' })));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const access = { context: 'test', server: new URL(`http://127.0.0.1:${port}/`) };
  const api: ApiServer = {
    cluster: new Cluster(access, { pause: 1 }),
    objects,
    writes,
    statusOf: () => undefined,
    close: () => void server.close(),
  };
  return api;
}

/** Merges objects, as a merge patch and an apply do, apart from removals. */
function merge(before: unknown, value: unknown): unknown {
  if (!isObject(before) || !isObject(value)) return value;
  const all = Object.entries(value).map(([key, each]) => [key, merge(before[key], each)] as const);
  return { ...before, ...Object.fromEntries(all) };
}
