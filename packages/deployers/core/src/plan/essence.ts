import { parseQuantity } from '../objects/quantity.ts';
import { createHash } from 'node:crypto';
import { canonicalJson } from '@gati/contract';
import { isObject } from '@gati/contract/data';
import type { KubeObject } from '../kube/cluster.ts';
import { ANNOTATIONS } from '../objects/labels.ts';

/** Members that the cluster changes by itself. */
const VOLATILE = new Set(['resourceVersion', 'managedFields', 'generation', 'creationTimestamp']);

/**
 * Returns a digest of an object without its status and other members that the cluster sets. Two
 * digests are equal if nothing but the cluster itself has changed the object.
 */
export function essenceOf(object: KubeObject): string {
  const { status: _, metadata, ...rest } = object;
  const facts = Object.fromEntries(
    Object.entries(metadata).filter(([name]) => !VOLATILE.has(name)),
  );
  const annotations = Object.fromEntries(
    Object.entries(metadata.annotations ?? {}).filter(
      ([name]) => name !== 'deployment.kubernetes.io/revision',
    ),
  );
  const { replicas: __, ...spec } = isObject(rest['spec']) ? rest['spec'] : {};
  // Pods write its content, and lists do not contain it.
  for (const name of object.kind === 'Secret' ? ['data', 'type'] : []) delete rest[name];
  const essence = { ...rest, metadata: { ...facts, annotations }, spec };
  return createHash('sha256').update(canonicalJson(essence)).digest('hex');
}

/**
 * Returns an object without its binary data, which would be too long for an annotation. Only
 * immutable objects contain binary data, and their names identify it.
 */
export function recordForm(object: KubeObject): KubeObject {
  const { binaryData: _, ...rest } = object;
  return rest as KubeObject;
}

/** Adds to an object, before it is sent to the cluster, an annotation with the applied object. */
export function withRecord(object: KubeObject): KubeObject {
  const { metadata } = object;
  const annotations = {
    ...metadata.annotations,
    [ANNOTATIONS.applied]: canonicalJson(recordForm(object)),
  };
  return { ...object, metadata: { ...metadata, annotations } };
}

/** Returns the object that was applied last, if the cluster has its record. */
export function recordOf({ metadata }: KubeObject): KubeObject | undefined {
  const text = metadata.annotations?.[ANNOTATIONS.applied];
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? (value as KubeObject) : undefined;
  } catch {
    return undefined;
  }
}

/** One value that differs. */
export interface Difference {
  /** `spec.template.spec.containers[app].image` */
  path: string;
  before: unknown;
  after: unknown;
}

/** Whether the cluster has the object as it was applied, so that nothing must be written. */
export function isCurrent(live: KubeObject | undefined, desired: KubeObject): boolean {
  if (!live) return false;
  const record = recordOf(live);
  const wanted = recordForm(desired);
  return (
    record !== undefined &&
    canonicalJson(record) === canonicalJson(wanted) &&
    differences(wanted, live).length === 0
  );
}

/**
 * Returns the differences between a live object and the desired one. Members that only the live
 * object has are defaults of the cluster.
 */
export function differences(desired: unknown, live: unknown, path = ''): Difference[] {
  if (Array.isArray(desired)) {
    const isNamed = desired.every((each) => isObject(each) && typeof each['name'] === 'string');
    // The cluster may add a named item, such as a container. Other lists are as they were applied.
    const isShort = Array.isArray(live) && live.length < desired.length;
    const isLong = Array.isArray(live) && live.length > desired.length && !isNamed;
    if (!Array.isArray(live) || isShort || isLong) return [{ path, before: live, after: desired }];
    return desired.flatMap((each: unknown, index) => {
      const name = isObject(each) && typeof each['name'] === 'string' ? each['name'] : undefined;
      const other: unknown =
        name === undefined
          ? live[index]
          : live.find((one: unknown) => isObject(one) && one['name'] === name);
      return differences(each, other, `${path}[${name ?? index}]`);
    });
  }
  if (isObject(desired)) {
    if (!isObject(live))
      return Object.keys(desired).length === 0 && live === undefined
        ? []
        : [{ path, before: live, after: desired }];
    return Object.entries(desired).flatMap(([key, value]) =>
      differences(value, live[key], path === '' ? key : `${path}.${key}`),
    );
  }
  if (desired === live || isSameQuantity(desired, live)) return [];
  return [{ path, before: live, after: desired }];
}

/** The API server writes 1000m as 1. */
function isSameQuantity(a: unknown, b: unknown): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return false;
  return parseQuantity(a) === parseQuantity(b);
}
