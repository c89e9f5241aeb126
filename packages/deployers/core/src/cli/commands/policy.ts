import { usageError } from '@gati/runtime-h3/command';
import { isCloud, loadCloud } from '../../cloud/load-cloud.ts';
import { toTarget } from '../../objects/target.ts';
import { toPlace } from '../cloud-step.ts';
import { type Call, OK } from '../command.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

/** `gati-deploy policy [ENV]`: prints the smallest policy with which a deploy to a cloud works. */
export async function run(call: Call): Promise<number> {
  const { root, words, options, reporter } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  const { provider = 'kubernetes' } = settings;
  if (!isCloud(provider))
    throw usageError(
      `the target ${provider} is not a cloud`,
      'Set `provider` in gati.deploy.yaml to a cloud, such as aws.',
    );
  const cloud = await loadCloud(provider, root);
  const place = toPlace(toTarget(readAppName(root), environment, settings), cloud);
  const createCluster = options['create-cluster'] === true;
  const policy = await cloud.policy(place, { createCluster });
  reporter.line(JSON.stringify(policy, undefined, 2));
  reporter.document(policy);
  return OK;
}
