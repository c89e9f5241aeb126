import { isObject } from '@gati/contract/data';
import type { KubeObject } from '../kube/cluster.ts';

/** A value that only the object in the cluster has. */
export interface Added {
  /** `spec.template.spec.containers[app].env[DEBUG]`, as in the paths of differences. */
  path: string;
  /** The same path as a JSON pointer (RFC 6901), which counts items. */
  pointer: string;
  value: unknown;
}

/** Returns the values below `spec` of an object that its applied form does not have. */
export function findAdded(record: KubeObject, live: KubeObject): Added[] {
  return compare(record['spec'], live['spec'], { path: 'spec', pointer: '/spec' });
}

function compare(
  record: unknown,
  live: unknown,
  { path, pointer }: { path: string; pointer: string },
): Added[] {
  if (isObject(record) && isObject(live))
    return Object.entries(live).flatMap(([key, value]) => {
      const at = { path: `${path}.${key}`, pointer: `${pointer}/${escape(key)}` };
      return Object.hasOwn(record, key) ? compare(record[key], value, at) : [{ ...at, value }];
    });
  if (!Array.isArray(record) || !Array.isArray(live)) return [];
  return live.flatMap((value: unknown, index) => {
    const name = isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
    // Other lists are compared as a whole.
    if (name === undefined) return [];
    const at = { path: `${path}[${name}]`, pointer: `${pointer}/${index}` };
    const own: unknown = record.find((each: unknown) => isObject(each) && each['name'] === name);
    return own === undefined ? [{ ...at, value }] : compare(own, value, at);
  });
}

const escape = (key: string): string => key.replaceAll('~', '~0').replaceAll('/', '~1');
