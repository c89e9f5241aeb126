import fs from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import { parseDocument } from 'yaml';
import { CONFIG_FILE } from '../../config/read-config.ts';
import { adoptDrift } from '../../drift/adopt.ts';
import { type Drift, findDrift } from '../../drift/find-drift.ts';
import { planRepair } from '../../drift/plan-repair.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { runPlan, showValue } from '../deploy-step.ts';
import { readDeployed } from '../read-deployed.ts';

/** `gati-deploy drift [ENV]`: compares the cluster with what the last deploy applied. */
export async function run(call: Call): Promise<number> {
  const { reporter, words, options } = call;
  const isRepair = options['repair'] === true;
  if (isRepair && options['adopt'] === true)
    throw usageError('--repair and --adopt exclude each other', 'Choose one of them.');
  const deployed = await readDeployed(call, words[0]);
  const { cluster, target, environment, state, notes } = deployed;
  const drift = findDrift(target, state);
  for (const note of notes) reporter.line(note);
  for (const each of drift) reporter.line(describe(each));
  if (drift.length > 0 && isRepair) {
    const plan = planRepair(target, state, drift, cluster.access.server.origin);
    return await runPlan(call, deployed, plan, state);
  }
  if (drift.length > 0 && options['adopt'] === true)
    return adopt(call, { environment, region: target.settings.region }, drift);
  if (drift.length === 0) reporter.line('the cluster has what the last deploy applied');
  reporter.document({ drift: drift.map(toDocument), notes });
  return drift.length === 0 ? OK : FINDING;
}

function describe({ object, path: at, applied, actual, by, since }: Drift): string {
  const who = by === null ? '' : `  by ${by}${since === null ? '' : ` at ${since}`}`;
  if (at === '') return `${object}: removed`;
  return `${object}: ${at}: ${showValue(applied)} → ${showValue(actual)}${who}`;
}

const toDocument = ({ object, path: at, applied, actual, by, since }: Drift): object => ({
  object,
  path: at,
  applied,
  actual,
  by,
  since,
});

function adopt(
  { root, reporter }: Call,
  place: Parameters<typeof adoptDrift>[1],
  drift: Drift[],
): number {
  const file = path.join(root, CONFIG_FILE);
  const document = parseDocument(fs.readFileSync(file, 'utf8'));
  const { adopted, left } = adoptDrift(document, place, drift);
  if (adopted.length > 0) fs.writeFileSync(file, String(document));
  for (const key of adopted) reporter.line(`wrote ${key} into ${CONFIG_FILE}`);
  for (const { object, path: at } of left)
    reporter.warn(`no setting decides ${at || 'whether it exists'} of ${object}`);
  reporter.document({ adopted, drift: left.map(toDocument) });
  return left.length === 0 ? OK : FINDING;
}
