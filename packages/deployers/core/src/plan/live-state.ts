import { isObject } from '@gati/contract/data';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { statusOf } from '../kube/errors.ts';
import { KINDS, pathOfKind } from '../kube/kinds.ts';
import { ANNOTATIONS, identityLabels, LABELS } from '../objects/labels.ts';
import type { ModulePods } from '../objects/modules.ts';
import { CORE } from '../objects/roles.ts';
import type { DomainPaths, IsolatedRelease, ReleaseFacts, Target } from '../objects/target.ts';

/** The objects of an app in the cluster. */
export interface LiveState {
  namespace: KubeObject | undefined;
  /** All objects except the namespace. */
  objects: KubeObject[];
}

/** Reads the objects of an app by their labels. There is no other record of them. */
export async function readLiveState(cluster: Cluster, target: Target): Promise<LiveState> {
  const namespace = await cluster.get(`api/v1/namespaces/${target.namespace}`);
  if (!namespace) return { namespace, objects: [] };
  const labelSelector = Object.entries(identityLabels(target))
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const kinds = Object.keys(KINDS).filter((kind) => kind !== 'Namespace');
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const items = await listKind(cluster, kind, target.namespace, labelSelector);
      // Items of a list have no kind of their own.
      return items.map((item) => ({ ...item, apiVersion: KINDS[kind]!.apiVersion, kind }));
    }),
  );
  return { namespace, objects: lists.flat() };
}

/** @see https://kubernetes.io/docs/reference/using-api/api-concepts/#receiving-resources-as-partialobjectmetadata */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

async function listKind(
  cluster: Cluster,
  kind: string,
  namespace: string,
  labelSelector: string,
): Promise<KubeObject[]> {
  try {
    const accept = KINDS[kind]!.isSecret && METADATA_ONLY;
    return await cluster.list(pathOfKind(kind, namespace), { labelSelector }, { accept });
  } catch (error) {
    if (KINDS[kind]!.isOptional && [403, 404].includes(statusOf(error) ?? 0)) return [];
    throw error;
  }
}

export function findObject(
  { objects }: LiveState,
  { kind, metadata }: Pick<KubeObject, 'kind' | 'metadata'>,
): KubeObject | undefined {
  return objects.find((each) => each.kind === kind && each.metadata.name === metadata.name);
}

/** One revision of the app in the cluster. */
export interface Revision {
  revision: string;
  role: string;
  release: string;
  version: string;
  image: string;
  paths?: DomainPaths;
  isolated?: IsolatedRelease[];
  /** Modules with separate pods that the revision calls. */
  modulePods?: ModulePods[];
  deployment: KubeObject;
  /** Desired number of pods, and number of ready pods. */
  replicas: number;
  ready: number;
}

/** Returns the revisions in the cluster by the pods that serve requests. The live one is first. */
export const listRevisions = (state: LiveState): Revision[] =>
  listDeployments(state).filter(({ role }) => role === CORE);

/** Returns the Deployments of all roles, those of the live revision first, then by age. */
export function listDeployments(state: LiveState): Revision[] {
  const live = liveRevision(state);
  const all = state.objects.filter(({ kind }) => kind === 'Deployment').map(toRevision);
  const made = new Map<string, string>();
  for (const { revision, deployment } of all) {
    const { creationTimestamp = '' } = deployment.metadata;
    if (creationTimestamp > (made.get(revision) ?? '')) made.set(revision, creationTimestamp);
  }
  const isLive = ({ revision }: Revision): number => Number(revision === live);
  const age = ({ revision }: Revision): string => made.get(revision) ?? '';
  return all.sort(
    (a, b) =>
      isLive(b) - isLive(a) ||
      age(b).localeCompare(age(a)) ||
      a.revision.localeCompare(b.revision) ||
      a.role.localeCompare(b.role),
  );
}

function toRevision(deployment: KubeObject): Revision {
  const labels = deployment.metadata.labels ?? {};
  const { replicas = 1, template } = (deployment['spec'] ?? {}) as {
    replicas?: number;
    template?: { spec?: { containers?: { name: string; image: string }[] } };
  };
  const status = (deployment['status'] ?? {}) as { readyReplicas?: number };
  const container = template?.spec?.containers?.find(({ name }) => name === 'app');
  return {
    revision: labels[LABELS.revision] ?? '',
    role: labels[LABELS.role] ?? '',
    release: labels[LABELS.release] ?? '',
    version: labels[LABELS.version] ?? '',
    image: container?.image ?? '',
    ...readAnnotations(deployment),
    deployment,
    replicas,
    ready: status.readyReplicas ?? 0,
  };
}

function readAnnotations({
  metadata,
}: KubeObject): Pick<Revision, 'paths' | 'isolated' | 'modulePods'> {
  const read = (name: string): unknown => {
    try {
      return JSON.parse(metadata.annotations?.[name] ?? 'null');
    } catch {
      return null;
    }
  };
  const { paths: atPaths, isolated: atIsolated, modules: atModules } = ANNOTATIONS;
  const [paths, isolated, modules] = [read(atPaths), read(atIsolated), read(atModules)];
  return {
    ...(isObject(paths) && { paths: paths as DomainPaths }),
    ...(Array.isArray(isolated) && { isolated: isolated as IsolatedRelease[] }),
    ...(Array.isArray(modules) && { modulePods: modules as ModulePods[] }),
  };
}

/** Returns what a plan needs to know of a revision in the cluster. */
export function releaseOf(found: Revision): ReleaseFacts {
  const { release, version, image, paths, isolated } = found;
  return { id: release, version, image, ...(paths && { paths }), ...(isolated && { isolated }) };
}

const serviceOf = ({ objects }: LiveState): KubeObject | undefined =>
  objects.find(
    ({ kind, metadata }) => kind === 'Service' && metadata.labels?.[LABELS.role] === CORE,
  );

/** Returns the live revision. The Service selects it, and during a canary also another one. */
export const liveRevision = (state: LiveState): string | undefined =>
  serviceOf(state)?.metadata.labels?.[LABELS.revision];

/** Returns the revision that a canary was started for and that has not ended. */
export const canaryRevision = (state: LiveState): string | undefined =>
  serviceOf(state)?.metadata.annotations?.[ANNOTATIONS.canary];

/** Returns the live revision with its pods; `undefined` if nothing is deployed. */
export const findLive = (state: LiveState): Revision | undefined =>
  findRevision(state, liveRevision(state));

export const findRevision = (
  state: LiveState,
  revision: string | undefined,
): Revision | undefined => listRevisions(state).find((each) => each.revision === revision);

/** Returns the revisions that were live before another one, the newest first. */
export const historyBefore = (state: LiveState, revision: string): string[] =>
  revisionHistory(state).filter((each) => each !== revision);

/** Returns the revisions that were live, the newest first. */
export function revisionHistory(state: LiveState): string[] {
  const text = serviceOf(state)?.metadata.annotations?.[ANNOTATIONS.history];
  return text ? text.split(',').slice(0, 20) : [];
}
