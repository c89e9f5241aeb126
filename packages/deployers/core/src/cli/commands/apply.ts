import fs from 'node:fs';
import path from 'node:path';
import { GatiError } from '@gati/contract';
import { usageError } from '@gati/runtime-h3/command';
import { liveRevision, readLiveState } from '../../plan/live-state.ts';
import { withPanelScale } from '../../plan/panel-record.ts';
import { parsePlan } from '../../plan/parse-plan.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Call } from '../command.ts';
import { openDestination, runPlan } from '../deploy-step.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

const FILE_LIMIT = 16 * 1_048_576;

/** `gati-deploy apply FILE`: applies a plan that `plan --out FILE` wrote. */
export async function run(call: Call): Promise<number> {
  const [word] = call.words;
  if (word === undefined)
    throw usageError(
      '`gati-deploy apply` needs a file',
      'Write one with `gati-deploy plan --out FILE`.',
    );
  const plan = readPlan(path.resolve(call.root, word));
  const { settings } = readEnvironment(call, plan.environment);
  const destination = await openDestination(
    settings,
    readAppName(call.root),
    plan.environment,
    call.root,
  );
  const { cluster, target } = destination;
  const { origin } = cluster.access.server;
  if (plan.server !== origin || plan.namespace !== target.namespace || plan.app !== target.app)
    throw new GatiError({
      code: 'GATI_DEPLOY_PLAN',
      message: `The plan is for ${plan.app} in ${plan.namespace} at ${plan.server}, but the settings name ${target.app} in ${target.namespace} at ${origin}.`,
      fix: 'Choose the context that the plan was made with, or make a new plan.',
    });
  const state = await readLiveState(cluster, target);
  const live = liveRevision(state) ?? null;
  // The new revision is already live if an earlier try has reached that step.
  if (live !== plan.before && live !== plan.revision)
    throw new GatiError({
      code: 'GATI_DEPLOY_PLAN',
      message: `The plan was made when revision ${plan.before} served, but ${live} serves now.`,
      fix: 'Make a new plan, and check its changes.',
    });
  return await runPlan(call, { cluster, ...withPanelScale(target, state) }, plan, state);
}

function readPlan(file: string): Plan {
  const fail = (why: string): never => {
    throw new GatiError({
      code: 'GATI_DEPLOY_PLAN',
      message: `${file} can't be applied: ${why}.`,
      fix: 'Write a plan with `gati-deploy plan --out FILE`.',
    });
  };
  if (!fs.existsSync(file)) return fail('it does not exist');
  if (fs.statSync(file).size > FILE_LIMIT) return fail('it is longer than 16 MiB');
  let value: unknown;
  try {
    value = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch {
    return fail('it is not JSON');
  }
  const plan = parsePlan(value);
  return typeof plan === 'string' ? fail(plan) : plan;
}
