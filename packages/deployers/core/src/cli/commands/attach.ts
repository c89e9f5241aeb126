import { recordOf } from '../../plan/essence.ts';
import {
  listRevisions,
  type LiveState,
  liveRevision,
  type Revision,
  revisionHistory,
} from '../../plan/live-state.ts';
import { planRevision } from '../../plan/plan-revision.ts';
import { type Call, OK } from '../command.ts';
import { runPlan } from '../deploy-step.ts';
import { readDeployed } from '../read-deployed.ts';

/** `gati-deploy attach [ENV]`: continues the deploy that was stopped, without its build. */
export async function run(call: Call): Promise<number> {
  const { words, reporter } = call;
  const deployed = await readDeployed(call, words[0]);
  const { cluster, target, state } = deployed;
  const stopped = findStopped(state);
  if (!stopped) {
    reporter.line(`${target.app} is not deployed in ${target.namespace}`);
    reporter.document({ result: 'unchanged' });
    return OK;
  }
  const options = { server: cluster.access.server.origin, force: false, isGradual: true };
  return await runPlan(call, deployed, planRevision(target, state, stopped, options), state);
}

/**
 * Returns the revision of a stopped deploy: one with pods that was never live. Without one, the live
 * revision, whose deploy may have stopped before the old pods ended.
 */
function findStopped(state: LiveState): Revision | undefined {
  const known = new Set(revisionHistory(state));
  const revisions = listRevisions(state).filter(({ deployment }) => recordOf(deployment));
  const live = liveRevision(state);
  return (
    revisions.find(({ revision, replicas }) => replicas > 0 && !known.has(revision)) ??
    revisions.find(({ revision }) => revision === live)
  );
}
