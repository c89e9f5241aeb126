import { recordOf } from '../../plan/essence.ts';
import {
  listRevisions,
  type LiveState,
  liveRevision,
  readLiveState,
  type Revision,
  revisionHistory,
} from '../../plan/live-state.ts';
import { planRevision } from '../../plan/plan-revision.ts';
import { type Call, OK } from '../command.ts';
import { openDestination, runPlan } from '../deploy-step.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

/** `gati-deploy attach [ENV]`: continues the deploy that was stopped, without its build. */
export async function run(call: Call): Promise<number> {
  const { words, root, reporter } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  const destination = openDestination(settings, readAppName(root), environment);
  const { cluster, target } = destination;
  const state = await readLiveState(cluster, target);
  const stopped = findStopped(state);
  if (!stopped) {
    reporter.line(`${target.app} is not deployed in ${target.namespace}`);
    reporter.document({ result: 'unchanged' });
    return OK;
  }
  const options = { server: cluster.access.server.origin, force: false };
  return await runPlan(call, destination, planRevision(target, state, stopped, options), state);
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
