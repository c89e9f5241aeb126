import { GatiError, type Manifest } from '@gati/contract';
import { count } from '@gati/contract/internal';
import { applyPlan, describeStep } from '../apply/apply-plan.ts';
import { Lease } from '../apply/lease.ts';
import { rollBack } from '../apply/roll-back.ts';
import { isCloud } from '../cloud/load-cloud.ts';
import type { Settings } from '../config/settings.ts';
import { Cluster } from '../kube/cluster.ts';
import { kubeError, statusOf } from '../kube/errors.ts';
import { readAccess } from '../kube/kubeconfig.ts';
import { createObjects } from '../objects/objects.ts';
import { assertQueue, type ReleaseFacts, type Target, toTarget } from '../objects/target.ts';
import { isolatedBeside } from '../plan/isolated.ts';
import { readLiveState, type LiveState } from '../plan/live-state.ts';
import { assertSecretStore } from '../plan/assert-secret-store.ts';
import { makePlan } from '../plan/make-plan.ts';
import { assertNotRolledBack, withPanelScale } from '../plan/panel-record.ts';
import { type Plan, type PlanStep, toRequest } from '../plan/plan.ts';
import type { RolloutFailure } from '../rollout/wait-ready.ts';
import type { Verified } from '../rollout/verify.ts';
import { openCloud, toCloudTarget } from './cloud-step.ts';
import { type Call, FINDING, OK, PENDING } from './command.ts';
import { watchSignals } from './signals.ts';

/** A cluster and the app that is deployed there. */
export interface Destination {
  cluster: Cluster;
  target: Target;
}

/** Opens the cluster that the settings name: that of the cloud, or that of the kubeconfig. */
export async function openDestination(
  settings: Settings,
  name: string,
  environment: string,
  root: string,
): Promise<Destination> {
  const target = toTarget(name, environment, settings);
  const { provider = 'kubernetes' } = settings;
  if (!isCloud(provider))
    return { cluster: new Cluster(readAccess(settings.kubernetes?.context)), target };
  const { session } = await openCloud(provider, target, root);
  const cluster = new Cluster(await session.cluster());
  return { cluster, target: await toCloudTarget(target, session) };
}

/** Plans the deploy of a release against the cluster as it is. */
export async function planRelease(
  { cluster, target: configured }: Destination,
  manifest: Manifest,
  release: ReleaseFacts,
  force: boolean,
): Promise<{ plan: Plan; state: LiveState; target: Target }> {
  assertQueue(manifest, configured.settings);
  await assertSecretStore(cluster, configured);
  const state = await readLiveState(cluster, configured);
  const { target, notes } = withPanelScale(configured, state);
  const options = { server: cluster.access.server.origin, force, isGradual: true };
  const isolated = isolatedBeside(target, state, release.version);
  const facts = { ...release, ...(isolated.length > 0 && { isolated }) };
  const desired = createObjects(target, facts);
  if (!force) assertNotRolledBack(target, state, release, desired.revision);
  const plan = makePlan(target, facts, desired, state, options);
  return { plan: { ...plan, ...(notes.length > 0 && { notes }) }, state, target };
}

/** Prints a plan, one line per step. */
export function printPlan(plan: Plan, { reporter }: Call): void {
  const { style } = reporter;
  for (const note of plan.notes ?? []) reporter.line(`  ${note}`);
  if (plan.steps.length === 0) return reporter.line('nothing to do');
  for (const step of plan.steps) {
    reporter.line(`  ${describeStep(step)}  ${style.dim(step.reason)}`);
    if (step.kind !== 'apply') continue;
    for (const { path, before, after } of step.against === null ? [] : step.changes.slice(0, 20))
      reporter.line(`      ${path}: ${showValue(before)} → ${showValue(after)}`);
  }
}

/** Prints a value in one line. */
export function showValue(value: unknown): string {
  const text = JSON.stringify(value) ?? 'absent';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

/** Sends the writes of a plan with `dryRun=All`: the cluster checks them and stores nothing. */
export async function dryRun(cluster: Cluster, plan: Plan): Promise<string[]> {
  const isNew = plan.steps.some(
    (step) => step.kind === 'apply' && step.object.kind === 'Namespace',
  );
  const checked: string[] = [];
  for (const step of plan.steps) {
    const request = toRequest(step, { dryRun: true });
    if (!request) continue;
    // A namespace that does not exist can't have objects, not even in a dry run.
    if (isNew && !(step.kind === 'apply' && step.object.kind === 'Namespace')) continue;
    // A Deployment that does not exist can't be scaled.
    if (step.kind === 'scale' && !(await exists(cluster, step))) continue;
    const { status, value } = await cluster.request(request);
    if (status >= 300) throw kubeError(`Can't ${describeStep(step)}`, status, value);
    checked.push(describeStep(step));
  }
  return checked;
}

async function exists(
  cluster: Cluster,
  { namespace, deployment }: Extract<PlanStep, { kind: 'scale' }>,
): Promise<boolean> {
  const path = `apis/apps/v1/namespaces/${namespace}/deployments/${deployment}`;
  return (await cluster.get(path)) !== undefined;
}

/** Applies a plan with progress, and rolls back when it fails. Returns the exit code. */
export async function runPlan(
  call: Call,
  { cluster, target }: Destination,
  plan: Plan,
  state: LiveState,
): Promise<number> {
  const { reporter } = call;
  for (const note of plan.notes ?? []) reporter.line(`      ${note}`);
  if (plan.steps.length === 0) {
    reporter.line(`${plan.release.version} is live and as configured: nothing to do`);
    reporter.document(toDocument(plan, 'unchanged'));
    return OK;
  }
  // The lease is in the namespace, which the first deploy creates.
  await createNamespace(cluster, plan);
  const lease = await Lease.acquire(cluster, target);
  const signals = watchSignals(reporter);
  try {
    let verified: Verified | undefined;
    const { sent, error, isVerified } = await applyPlan(cluster, plan, {
      ...progress(call, plan),
      onVerified: (result) => void (verified = result),
      beforeWrite: async () => {
        signals.check();
        await lease.hold();
      },
      beforeLook: async () => {
        await signals.settle();
        signals.check();
        await lease.hold();
      },
    });
    if (error !== undefined) {
      if (signals.isDetached(error)) return detached(call, plan);
      if (isVerified) return unfinished(call, plan, error);
      return await fail(call, { cluster, target }, { plan, sent, state, error });
    }
    return succeed(call, plan, verified);
  } finally {
    signals.stop();
    await lease.release();
  }
}

async function createNamespace(cluster: Cluster, plan: Plan): Promise<void> {
  const [first] = plan.steps;
  if (first?.kind !== 'apply' || first.object.kind !== 'Namespace') return;
  await cluster.call("Can't create the namespace", toRequest(first)!);
  plan.steps.shift();
}

function progress({ reporter }: Call, plan: Plan): object {
  const { style } = reporter;
  let begun = performance.now();
  return {
    onStep(step: PlanStep) {
      begun = performance.now();
      reporter.line(`${style.cyan('...')}   ${describeStep(step)}  ${style.dim(step.reason)}`);
      reporter.event('step', { step: step.kind, what: describeStep(step), reason: step.reason });
    },
    onProgress(ready: number, replicas: number) {
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      reporter.line(
        `      ${ready} of ${count(replicas, 'pod')} ready  ${style.dim(`${seconds} s`)}`,
      );
      reporter.event('progress', { release: plan.release.version, ready, replicas });
    },
    onWatched(requests: number) {
      reporter.line(`      no route is worse in ${count(requests, 'request')} of the new release`);
      reporter.event('watched', { requests });
    },
    onCause(cause: RolloutFailure['causes'][number], logs: string[]) {
      reporter.line(`      ${style.yellow(cause.code)} ${cause.object}: ${cause.why}`);
      reporter.line(`        ${cause.fix}`);
      for (const line of logs) reporter.line(`        | ${line}`);
      reporter.event('cause', { ...cause, logs });
    },
  };
}

function succeed(call: Call, plan: Plan, verified: Verified | undefined): number {
  const { reporter } = call;
  const { version, id } = plan.release;
  if (verified?.pending !== undefined) {
    reporter.warn(`the release serves, but not at the address of users yet: ${verified.pending}`);
    reporter.document({ ...toDocument(plan, 'pending'), pending: verified.pending });
    return PENDING;
  }
  if (verified?.through === 'none')
    reporter.warn('this account may not use services/proxy, so the release was not requested');
  reporter.line(`${reporter.style.green('live')}  ${version} (${id})`);
  reporter.document({ ...toDocument(plan, 'live'), verified: verified?.through ?? null });
  return OK;
}

function detached({ reporter }: Call, plan: Plan): number {
  reporter.document(toDocument(plan, 'detached'));
  return FINDING;
}

/** The release serves, but the old pods could not be ended. A rollback would select ended pods. */
function unfinished({ reporter }: Call, plan: Plan, error: unknown): number {
  const { version, id } = plan.release;
  if (!(error instanceof GatiError)) throw error;
  reporter.line(`${reporter.style.green('live')}  ${version} (${id})`);
  reporter.warn('the deploy did not end what the app no longer needs: the same command continues');
  reporter.diagnostic(error.diagnostic);
  reporter.document({ ...toDocument(plan, 'live'), errors: [error.diagnostic] });
  return FINDING;
}

async function fail(
  call: Call,
  { cluster, target }: Destination,
  failed: { plan: Plan; sent: PlanStep[]; state: LiveState; error: unknown },
): Promise<number> {
  const { reporter } = call;
  const { plan, sent, state, error } = failed;
  // Without the lease or without credentials, nothing may be written. The next run continues.
  const { code } = error as { code?: string };
  if (code === 'GATI_DEPLOY_BUSY' || statusOf(error) === 401) throw error;
  const { steps, failed: left } = await rollBack(cluster, target, plan, sent, state);
  for (const step of steps) reporter.line(`${reporter.style.yellow('back')}  ${step}`);
  for (const each of left) reporter.warn(each);
  const serves =
    plan.before === null ? 'nothing serves' : `revision ${plan.before} serves as before`;
  reporter.line(`${reporter.style.red('failed')}  ${plan.release.version}: ${serves}`);
  const { causes = [] } = ((error as Error).cause ?? {}) as Partial<RolloutFailure>;
  for (const { code, object, logs } of causes) {
    // Other causes were printed when they were seen.
    if (code !== 'canary') continue;
    reporter.event('worse', { route: object, logs });
    for (const line of logs) reporter.line(`        | ${line}`);
  }
  if (!(error instanceof GatiError)) throw error;
  reporter.diagnostic(error.diagnostic);
  reporter.document({
    ...toDocument(plan, 'rolled-back'),
    errors: [error.diagnostic],
    causes,
    rolledBack: steps,
    notRolledBack: left,
  });
  return FINDING;
}

function toDocument(plan: Plan, result: string): Record<string, unknown> {
  const { app, environment, namespace, release, revision, before, notes = [] } = plan;
  return { result, app, environment, namespace, release, revision, before, notes };
}
