import type {
  ChangedBy,
  ClusterChange,
  ClusterModule,
  ClusterPort,
  WantedPods,
  WantedRevision,
} from '@gati/runtime-h3/telemetry';
import { applyPlan, describeStep } from '../apply/apply-plan.ts';
import { Lease } from '../apply/lease.ts';
import { rollBack } from '../apply/roll-back.ts';
import { accessError } from '../kube/access.ts';
import { Cluster } from '../kube/cluster.ts';
import { readServiceAccount } from '../kube/service-account.ts';
import { rolesOf } from '../objects/roles.ts';
import { liveRevision, type LiveState } from '../plan/live-state.ts';
import { printRange, withPods } from '../plan/panel-record.ts';
import type { Plan } from '../plan/plan.ts';
import { planSize } from '../plan/plan-scale.ts';
import { changeError } from './change-error.ts';
import { noteChange, notePods, noteRollback } from './notes.ts';
import { planReturn } from './plan-return.ts';
import { parsePlace, type PanelPlace, type PlacedApp, readPlaced } from './place.ts';
import { createReport } from './report.ts';
import { createDocument } from './shared-document.ts';

/** Opens the cluster that this server runs in: see `ClusterModule`. */
export const openCluster: ClusterModule['openCluster'] = (text) => {
  const access = readServiceAccount(process.env);
  if (!access)
    throw accessError(
      'The pod has no service account',
      'Deploy the app with `panel: true` in gati.deploy.yaml.',
    );
  return createClusterPort(new Cluster(access, { program: 'gati-panel' }), parsePlace(text));
};

/** Creates the port of a cluster for the panel of an app. */
export function createClusterPort(cluster: Cluster, place: PanelPlace): ClusterPort {
  return {
    accounts: createDocument(cluster, place),
    report: async () => await createReport(cluster, await readPlaced(cluster, place)),
    scale: async (wanted, by) => await scale(cluster, place, wanted, by),
    rollBack: async (wanted, by) => await startRollback(cluster, place, wanted, by),
  };
}

const holderOf = ({ by }: ChangedBy): string => `${by} (panel)`;

async function scale(
  cluster: Cluster,
  place: PanelPlace,
  { role: name, pods }: WantedPods,
  by: ChangedBy,
): Promise<void> {
  const lease = await Lease.acquire(cluster, place, holderOf(by));
  const change = { what: 'scale', ...by } as const;
  try {
    const { target, state } = await readPlaced(cluster, place);
    const initial = rolesOf(target.configured!).find((each) => each.name === name);
    if (!initial) throw changeError(`the app has no pods of the role ${name}`);
    const { min, max } = pods ?? initial;
    const settings = withPods(target.settings, initial, { min, max });
    const { origin } = cluster.access.server;
    const plan = planSize({ ...target, settings }, state, name, origin);
    if (!plan) throw changeError(`the live release has no pods of the role ${name}`);
    const to = `${name}: ${printRange({ min, max })}`;
    // Stored first, so that a deploy after a crash of this pod keeps the user's choice.
    await notePods(cluster, place, name, pods && { ...pods, ...by, initial: numbers(initial) });
    const steps = plan.steps.filter(({ kind }) => kind !== 'wait');
    await applySteps(cluster, { ...plan, steps }, lease);
    await noteChange(cluster, place, { ...change, to, state: 'done' });
  } finally {
    await lease.release();
  }
}

const numbers = ({ min, max }: { min: number; max: number }): { min: number; max: number } => ({
  min,
  max,
});

async function applySteps(cluster: Cluster, plan: Plan, lease: Lease): Promise<void> {
  const { error } = await applyPlan(cluster, plan, { beforeWrite: async () => await lease.hold() });
  if (error !== undefined) throw error;
}

/** Starts to return to a revision. The work continues after the response to the user. */
async function startRollback(
  cluster: Cluster,
  place: PanelPlace,
  { revision, live }: WantedRevision,
  by: ChangedBy,
): Promise<void> {
  const lease = await Lease.acquire(cluster, place, holderOf(by));
  try {
    const { target, state } = await readPlaced(cluster, place);
    if (liveRevision(state) !== live)
      throw changeError('another release became live in the meantime');
    const { plan, found, before } = planReturn(
      target,
      state,
      revision,
      cluster.access.server.origin,
    );
    const change = { what: 'rollback', to: found.version, ...by } as const;
    await noteChange(cluster, place, { ...change, state: 'running' });
    // Stored before the first step, because the last step may end the pod that runs this.
    await noteRollback(cluster, place, { release: before.release, version: before.version, ...by });
    void finishRollback(cluster, { place, target, state, plan, change, lease });
  } catch (error) {
    await lease.release();
    throw error;
  }
}

interface Rollback extends Pick<PlacedApp, 'target'> {
  place: PanelPlace;
  state: LiveState;
  plan: Plan;
  change: Omit<ClusterChange, 'state'>;
  lease: Lease;
}

async function finishRollback(
  cluster: Cluster,
  { place, target, state, plan, change, lease }: Rollback,
): Promise<void> {
  try {
    // Ends other pods only after the result is stored, because this pod may be one of them.
    const isEnd = (index: number): boolean =>
      index > plan.steps.findLastIndex(({ kind }) => kind === 'apply' || kind === 'wait');
    const steps = plan.steps.filter((_, index) => !isEnd(index));
    const hold = async (): Promise<void> => await lease.hold();
    const { sent, error } = await applyPlan(
      cluster,
      { ...plan, steps },
      { beforeWrite: hold, beforeLook: hold },
    );
    if (error === undefined) {
      await noteChange(cluster, place, { ...change, state: 'done' });
      const rest = plan.steps.filter((_, index) => isEnd(index));
      await applySteps(cluster, { ...plan, steps: rest }, lease);
      return;
    }
    await rollBack(cluster, target, plan, sent, state);
    await noteRollback(cluster, place, undefined);
    const why = (error as Error).message;
    await noteChange(cluster, place, { ...change, state: 'failed', why });
  } catch (error) {
    const why = `${(error as Error).message} The steps were ${plan.steps.map(describeStep).join(', ')}.`;
    await noteChange(cluster, place, { ...change, state: 'failed', why }).catch(() => {});
  } finally {
    await lease.release();
  }
}
