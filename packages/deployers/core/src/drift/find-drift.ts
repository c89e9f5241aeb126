import { isObject } from '@gati/contract/data';
import type { KubeObject } from '../kube/cluster.ts';
import { nameOf } from '../kube/kinds.ts';
import { isModule, LABELS, MANAGER } from '../objects/labels.ts';
import { createObjects, createLiveObjects } from '../objects/objects.ts';
import { rolesOf } from '../objects/roles.ts';
import type { Target } from '../objects/target.ts';
import { differences, recordOf } from '../plan/essence.ts';
import { findAdded } from './find-added.ts';
import {
  findLive,
  findObject,
  historyBefore,
  listDeployments,
  type LiveState,
  releaseOf,
} from '../plan/live-state.ts';

/** A value in the cluster that differs from what the last deploy applied. */
export interface Drift {
  /** `Deployment shop-core-3f9a0c1b22` */
  object: string;
  kind: string;
  /** Path of the value; empty if the whole object was removed. */
  path: string;
  applied: unknown;
  actual: unknown;
  /** The tool that owns the value now, and when it wrote last, if the cluster knows. */
  by: string | null;
  since: string | null;
  /** The object as it was applied. */
  desired: KubeObject;
  /** JSON pointer of a value that another tool added, and that no deploy applied. */
  added?: string;
}

/** Compares the objects of the live release with what its deploy applied. */
export function findDrift(target: Target, state: LiveState): Drift[] {
  const live = findLive(state);
  if (!live) return [];
  const { revision } = live;
  const facts = releaseOf(live);
  const { service, others } = createLiveObjects(target, live, historyBefore(state, revision));
  const expected = [...createObjects(target, facts).foundation, service, ...others];
  const removed = expected
    .filter((object) => !findObject(state, object))
    .map((desired) => toDrift(desired, { path: '', before: null, after: desired }, undefined));
  const modules = new Set(live.modulePods?.map(({ name }) => name));
  const isOld = (object: KubeObject): boolean =>
    isModule(object)
      ? !modules.has(object.metadata.name)
      : object.kind === 'Deployment' && object.metadata.labels?.[LABELS.revision] !== revision;
  const changed = state.objects.filter((object) => !isOld(object)).flatMap(objectDrift);
  return [...removed, ...changed, ...replicaDrift(target, state, revision)];
}

function objectDrift(object: KubeObject): Drift[] {
  const record = recordOf(object);
  if (!record) return [];
  const changed = differences(record, object).map((each) => toDrift(record, each, object));
  // The cluster adds values too, such as defaults. They have no owner.
  const added = findAdded(record, object)
    .filter(({ path }) => path !== 'spec.replicas' && ownerOf(object, path) !== undefined)
    .map(({ path, pointer, value }) => ({
      ...toDrift(record, { path, before: value, after: null }, object),
      added: pointer,
    }));
  return [...changed, ...added];
}

/** The number of pods is not a part of the applied object. */
function replicaDrift(target: Target, state: LiveState, revision: string): Drift[] {
  return rolesOf(target.settings).flatMap(({ name, min, max }) => {
    const found = listDeployments(state).find(
      (each) => each.revision === revision && each.role === name,
    );
    const record = found && recordOf(found.deployment);
    // An autoscaler decides the number.
    if (!record || max > min || found.replicas === min) return [];
    const change = { path: 'spec.replicas', before: found.replicas, after: min };
    return [toDrift(record, change, found.deployment)];
  });
}

function toDrift(
  desired: KubeObject,
  { path, before, after }: { path: string; before: unknown; after: unknown },
  object: KubeObject | undefined,
): Drift {
  const owner = object ? ownerOf(object, path) : undefined;
  return {
    object: nameOf(desired),
    kind: desired.kind,
    path,
    applied: path === '' ? null : after,
    actual: before ?? null,
    by: owner?.manager ?? null,
    since: owner?.time ?? null,
    desired,
  };
}

type Field = NonNullable<KubeObject['metadata']['managedFields']>[number];

/** Returns the tool that wrote a value last, other than `gati-deploy`. */
function ownerOf({ metadata }: KubeObject, path: string): Field | undefined {
  return (metadata.managedFields ?? [])
    .filter(
      ({ manager, subresource, fieldsV1 }) =>
        manager !== MANAGER && subresource === undefined && owns(fieldsV1, path),
    )
    .sort((a, b) => ((a.time ?? '') < (b.time ?? '') ? 1 : -1))[0];
}

/**
 * Whether a set of fields contains a path of {@link differences}. A name may contain dots, so each
 * member that the path begins with is tried.
 *
 * @see https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
function owns(fields: unknown, path: string): boolean {
  if (path === '' || !isObject(fields)) return path === '';
  const members = Object.entries(fields).filter(([key]) => key !== '.');
  if (members.length === 0) return true;
  const [item, name] = /^\[([^\]]*)\]/.exec(path) ?? [];
  if (item !== undefined) {
    const items = members.filter(([key]) => key.startsWith('k:'));
    const named = items.filter(([key]) => isNamed(key, name!));
    // Items such as ports have a number for a key, so any of them may be the item.
    const candidates = named.length > 0 ? named : items;
    return candidates.some(([, inner]) => owns(inner, trim(path.slice(item.length))));
  }
  return members.some(([key, inner]) => {
    const rest = path.slice(key.length - 2);
    return path.startsWith(key.slice(2)) && /^(?:$|[.[])/.test(rest) && owns(inner, trim(rest));
  });
}

/** Whether the key of an item, `k:{"name":"app"}`, has that value. */
const isNamed = (key: string, name: string): boolean =>
  Object.values(JSON.parse(key.slice(2)) as object)
    .map(String)
    .includes(name);

const trim = (path: string): string => (path.startsWith('.') ? path.slice(1) : path);
