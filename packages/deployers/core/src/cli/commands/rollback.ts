import { GatiError } from '@gati/contract';
import { recordOf } from '../../plan/essence.ts';
import {
  listRevisions,
  type LiveState,
  liveRevision,
  type Revision,
  revisionHistory,
} from '../../plan/live-state.ts';
import { planRevision } from '../../plan/plan-revision.ts';
import type { Call } from '../command.ts';
import { runPlan } from '../deploy-step.ts';
import { environmentOption, readDeployed } from '../read-deployed.ts';

/** `gati-deploy rollback [VERSION]`: makes an earlier revision live again, as it was applied. */
export async function run(call: Call): Promise<number> {
  const { words, options } = call;
  const deployed = await readDeployed(call, environmentOption(call));
  const { cluster, target, state } = deployed;
  const plan = planRevision(target, state, choose(state, words[0]), {
    server: cluster.access.server.origin,
    force: options['take-over'] === true,
  });
  return await runPlan(call, deployed, plan, state);
}

function choose(state: LiveState, version: string | undefined): Revision {
  const live = liveRevision(state);
  const others = listRevisions(state).filter(
    (each) => each.revision !== live && recordOf(each.deployment) !== undefined,
  );
  const history = revisionHistory(state);
  const found =
    version === undefined
      ? history.flatMap((each) => others.find(({ revision }) => revision === each) ?? [])[0]
      : others.find((each) => each.version === version || each.revision === version);
  if (found) return found;
  const known = others.map((each) => `${each.version} (${each.revision})`).join(', ');
  throw new GatiError({
    code: 'GATI_DEPLOY_ROLLOUT',
    message:
      version === undefined
        ? 'There is no earlier release to roll back to.'
        : `The cluster has no ${version} to roll back to.`,
    fix: known ? `It has ${known}.` : 'Deploy the release that should serve.',
  });
}
