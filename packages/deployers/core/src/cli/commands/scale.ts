import { GatiError } from '@gati/contract';
import { usageError } from '@gati/runtime-h3/command';
import { planScale } from '../../plan/plan-scale.ts';
import { readLiveState } from '../../plan/live-state.ts';
import { type Call, OK } from '../command.ts';
import { openDestination, runPlan } from '../deploy-step.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

const PODS_LIMIT = 1000;

/** `gati-deploy scale PODS`: changes the number of pods until the next deploy. */
export async function run(call: Call): Promise<number> {
  const { words, root, options, reporter } = call;
  const pods = Number(words[0]);
  if (!Number.isSafeInteger(pods) || pods < 1 || pods > PODS_LIMIT)
    throw usageError(
      `\`${words[0] ?? ''}\` is not a number of pods from 1 to ${PODS_LIMIT}`,
      'Use `gati-deploy scale 3`, for example.',
    );
  const given = typeof options['env'] === 'string' ? options['env'] : undefined;
  const { environment, settings } = readEnvironment(call, given);
  const destination = openDestination(settings, readAppName(root), environment);
  const { cluster, target } = destination;
  const state = await readLiveState(cluster, target);
  const plan = planScale(target, state, pods, cluster.access.server.origin);
  if (!plan)
    throw new GatiError({
      code: 'GATI_DEPLOY_ROLLOUT',
      message: `${target.app} is not deployed in ${target.namespace}.`,
      fix: 'Deploy it first: `gati-deploy kubernetes`.',
    });
  const code = await runPlan(call, destination, plan, state);
  if (code === OK && pods !== (settings.scale?.min ?? 1))
    reporter.line(`The next deploy restores \`scale.min\`: set it to ${pods} to keep this number.`);
  return code;
}
