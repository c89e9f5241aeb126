import { usageError } from '@gati/runtime-h3/command';
import { planScale } from '../../plan/plan-scale.ts';
import { type Call, OK } from '../command.ts';
import { runPlan } from '../deploy-step.ts';
import { environmentOption, notDeployedError, readDeployed } from '../read-deployed.ts';

const PODS_LIMIT = 1000;

/** `gati-deploy scale PODS`: changes the number of pods until the next deploy. */
export async function run(call: Call): Promise<number> {
  const { words, reporter } = call;
  const pods = Number(words[0]);
  if (!Number.isSafeInteger(pods) || pods < 1 || pods > PODS_LIMIT)
    throw usageError(
      `\`${words[0] ?? ''}\` is not a number of pods from 1 to ${PODS_LIMIT}`,
      'Use `gati-deploy scale 3`, for example.',
    );
  const deployed = await readDeployed(call, environmentOption(call));
  const { cluster, target, settings, state } = deployed;
  const plan = planScale(target, state, pods, cluster.access.server.origin);
  if (!plan) throw notDeployedError(target);
  const code = await runPlan(call, deployed, plan, state);
  if (code === OK && pods !== (settings.scale?.min ?? 1))
    reporter.line(`The next deploy restores \`scale.min\`: set it to ${pods} to keep this number.`);
  return code;
}
