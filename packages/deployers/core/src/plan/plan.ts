import type { KubeObject, KubeRequest } from '../kube/cluster.ts';
import { pathOf } from '../kube/kinds.ts';
import { MANAGER } from '../objects/labels.ts';
import type { Target } from '../objects/target.ts';
import type { Difference } from './essence.ts';

export const PLAN_FORMAT = 1;

/**
 * The steps of a deploy, in order. Applying the plan sends these requests and no other requests
 * that write.
 */
export interface Plan {
  format: typeof PLAN_FORMAT;
  app: string;
  environment: string;
  namespace: string;
  /** Origin of the API server that the plan was made for. */
  server: string;
  release: { id: string; version: string; image: string };
  /** The revision that serves after the plan. */
  revision: string;
  /** The revision that serves before the plan; `null` for the first deploy. */
  before: string | null;
  /** Sentences about changes that users made in the panel and that the plan keeps. */
  notes?: string[];
  steps: PlanStep[];
}

/** Adds the facts of an app to the parts of its plan. */
export function createPlan(
  { app, environment, namespace }: Target,
  parts: Pick<Plan, 'server' | 'release' | 'revision' | 'before' | 'notes' | 'steps'>,
): Plan {
  const { id, version, image } = parts.release;
  const release = { id, version, image };
  return { format: PLAN_FORMAT, app, environment, namespace, ...parts, release };
}

export type PlanStep =
  | ApplyStep
  | ScaleStep
  | WaitStep
  | MigrateStep
  | WatchStep
  | VerifyStep
  | RemoveStep
  | DeleteStep;

interface Step {
  /** Why the step is needed, for people. */
  reason: string;
}

/** Creates or changes an object. */
export interface ApplyStep extends Step {
  kind: 'apply';
  object: KubeObject;
  /** Digest of the object that the plan was made against; `null` if there was none. */
  against: string | null;
  changes: Difference[];
  /** Whether to replace values that other tools own. */
  force: boolean;
}

/** Sets the number of pods of a Deployment. */
export interface ScaleStep extends Step {
  kind: 'scale';
  namespace: string;
  deployment: string;
  replicas: number;
}

/** Waits until the pods of a Deployment are ready. */
export interface WaitStep extends Step {
  kind: 'wait';
  namespace: string;
  deployment: string;
  role: string;
  revision: string;
  replicas: number;
  /** Milliseconds. */
  timeout: number;
}

/** Waits until the Job that migrates the database is complete. */
export interface MigrateStep extends Step {
  kind: 'migrate';
  namespace: string;
  job: string;
  revision: string;
  /** Milliseconds. */
  timeout: number;
}

/** Compares the routes of a new release with those of the old one while both serve. */
export interface WatchStep extends Step {
  kind: 'watch';
  namespace: string;
  /** The new revision, and the live one. */
  revision: string;
  before: string;
  /** Percent of the requests that the new one gets. */
  share: number;
  /** Milliseconds. */
  duration: number;
}

/** Requests the new release through the Service, and through the address of users. */
export interface VerifyStep extends Step {
  kind: 'verify';
  namespace: string;
  service: string;
  release: string;
  url: string | null;
}

/** Removes values that another tool added to an object. */
export interface RemoveStep extends Step {
  kind: 'remove';
  object: { kind: string; name: string; namespace: string };
  /** JSON Patch (RFC 6902). Each removal comes after a test that the value is that of the plan. */
  patch: { op: 'test' | 'remove'; path: string; value?: unknown }[];
}

export interface DeleteStep extends Step {
  kind: 'delete';
  object: { kind: string; name: string; namespace: string };
  uid: string;
}

/** Returns the exact request of a step that writes; `undefined` for a step that only reads. */
export function toRequest(
  step: PlanStep,
  options: { dryRun?: boolean } = {},
): KubeRequest | undefined {
  const dryRun: Record<string, string> = options.dryRun ? { dryRun: 'All' } : {};
  if (step.kind === 'apply')
    return {
      method: 'PATCH',
      path: pathOf(step.object),
      query: {
        fieldManager: MANAGER,
        fieldValidation: 'Strict',
        ...(step.force && { force: 'true' }),
        ...dryRun,
      },
      contentType: 'application/apply-patch+yaml',
      body: step.object,
    };
  if (step.kind === 'scale')
    return {
      method: 'PATCH',
      path: `apis/apps/v1/namespaces/${step.namespace}/deployments/${step.deployment}/scale`,
      query: { fieldManager: MANAGER, fieldValidation: 'Strict', ...dryRun },
      contentType: 'application/merge-patch+json',
      body: { spec: { replicas: step.replicas } },
    };
  if (step.kind === 'remove')
    return {
      method: 'PATCH',
      path: pathOf({ kind: step.object.kind, metadata: step.object }),
      query: { fieldManager: MANAGER, fieldValidation: 'Strict', ...dryRun },
      contentType: 'application/json-patch+json',
      body: step.patch,
    };
  if (step.kind === 'delete') {
    const { kind, name, namespace } = step.object;
    return {
      method: 'DELETE',
      path: pathOf({ kind, metadata: { name, namespace } }),
      query: dryRun,
      // The plan does not apply to another object of the same name.
      body: {
        kind: 'DeleteOptions',
        apiVersion: 'v1',
        preconditions: { uid: step.uid },
        propagationPolicy: 'Background',
      },
    };
  }
  return undefined;
}
