import fs from 'node:fs';
import path from 'node:path';
import { usageError } from '@gati/runtime-h3/command';
import { parseDocument } from 'yaml';
import { CONFIG_FILE } from '../../config/read-config.ts';
import { adoptDrift } from '../../drift/adopt.ts';
import { type Drift, findDrift } from '../../drift/find-drift.ts';
import { planRepair } from '../../drift/plan-repair.ts';
import { readLiveState } from '../../plan/live-state.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { openDestination, runPlan, showValue } from '../deploy-step.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

/** `gati-deploy drift [ENV]`: compares the cluster with what the last deploy applied. */
export async function run(call: Call): Promise<number> {
  const { reporter, words, root, options } = call;
  const isRepair = options['repair'] === true;
  if (isRepair && options['adopt'] === true)
    throw usageError('--repair and --adopt exclude each other', 'Choose one of them.');
  const { environment, settings } = readEnvironment(call, words[0]);
  const destination = openDestination(settings, readAppName(root), environment);
  const { cluster, target } = destination;
  const state = await readLiveState(cluster, target);
  const drift = findDrift(target, state);
  for (const each of drift) reporter.line(describe(each));
  if (drift.length > 0 && isRepair) {
    const plan = planRepair(target, state, drift, cluster.access.server.origin);
    return await runPlan(call, destination, plan, state);
  }
  if (drift.length > 0 && options['adopt'] === true) return adopt(call, environment, drift);
  if (drift.length === 0) reporter.line('the cluster has what the last deploy applied');
  reporter.document({ drift: drift.map(toDocument) });
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

function adopt({ root, reporter }: Call, environment: string, drift: Drift[]): number {
  const file = path.join(root, CONFIG_FILE);
  const document = parseDocument(fs.readFileSync(file, 'utf8'));
  const { adopted, left } = adoptDrift(document, environment, drift);
  if (adopted.length > 0) fs.writeFileSync(file, String(document));
  for (const key of adopted) reporter.line(`wrote ${key} into ${CONFIG_FILE}`);
  for (const { object, path: at } of left)
    reporter.warn(`no setting decides ${at || 'whether it exists'} of ${object}`);
  reporter.document({ adopted, drift: left.map(toDocument) });
  return left.length === 0 ? OK : FINDING;
}
