import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { GatiError } from '@gati/contract';
import type { CloudSession, Place } from 'gati-deploy/cloud';
import { createNames } from './account.ts';
import { uploadAssets } from './assets.ts';
import type { Aws } from './aws.ts';
import { balancerAnnotations, hasCluster, hasHttps, openCluster } from './cluster.ts';
import { createClients } from './clients.ts';
import { operation, sender } from './operation.ts';
import { readRegistry } from './repository.ts';
import { createResources, removableResources } from './resources.ts';

// Needs no permission.
const GetCallerIdentity = operation('sts.GetCallerIdentity', GetCallerIdentityCommand, 'all');

/** Checks the credentials and opens the account. @throws {GatiError} GATI_DEPLOY_CLOUD */
export async function openAws(place: Place): Promise<CloudSession> {
  const region = await findRegion(place);
  const clients = createClients(region);
  const identity = await sender(clients, [GetCallerIdentity])(GetCallerIdentity, {});
  const { Account: account = '', Arn: user = '' } = identity;
  const { settings } = place;
  if (settings.account !== undefined && settings.account !== account)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `The credentials are for the account ${account}, but \`cloud.account\` is ${settings.account}.`,
      fix: 'Log in to that account, or select its profile with AWS_PROFILE.',
    });
  const partition = user.split(':')[1] || 'aws';
  const names = createNames(place, { partition, account, region });
  const aws: Aws = { place, names, clients, account, region, partition };
  return {
    identity: { account, region, user: user.split(':').at(-1)! },
    resources: (options) => createResources(aws, options),
    removable: () => removableResources(aws),
    registry: () => readRegistry(aws),
    hasCluster: () => hasCluster(aws),
    cluster: () => openCluster(aws),
    balancer: () => balancerAnnotations(aws),
    hasHttps,
    uploadAssets: (assets) => uploadAssets(aws, assets),
    env: { AWS_REGION: region },
  };
}

async function findRegion({ settings }: Place): Promise<string> {
  if (settings.region !== undefined) return settings.region;
  // AWS_DEFAULT_REGION is read by the command line of AWS, but not by its SDK.
  const { AWS_REGION, AWS_DEFAULT_REGION } = process.env;
  const given = AWS_REGION || AWS_DEFAULT_REGION;
  if (given) return given;
  try {
    return await new STSClient({}).config.region();
  } catch {
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: 'No region of AWS is set.',
      fix: 'Set `cloud.region` in gati.deploy.yaml, or AWS_REGION.',
    });
  }
}
