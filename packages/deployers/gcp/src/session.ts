import { GatiError } from '@gati/contract';
import type { CloudSession, Place } from 'gati-deploy/cloud';
import { createApi } from './api.ts';
import { hasCluster, openCluster } from './cluster.ts';
import { findCredentials } from './credentials.ts';
import type { Gcp } from './gcp.ts';
import { createNames } from './names.ts';
import { readRegistry } from './repository.ts';
import { createResources } from './resources.ts';

/** Checks the credentials and opens the project. @throws {GatiError} GATI_DEPLOY_CLOUD */
export async function openGcp(place: Place): Promise<CloudSession> {
  assertSupported(place);
  const region = findRegion(place);
  const { client, project, user, token } = await findCredentials(place);
  const names = createNames(place, project, region);
  const gcp: Gcp = { place, names, api: createApi(client), project, region };
  return {
    identity: { account: project, region, user },
    resources: (options) => createResources(gcp, options),
    registry: () => readRegistry(gcp, token),
    hasCluster: () => hasCluster(gcp),
    cluster: () => openCluster(gcp, token),
    balancer: async () => ({}),
    // Only an edge has assets.
    uploadAssets: async () => ({ sent: 0, present: 0 }),
    env: { GOOGLE_CLOUD_PROJECT: project },
  };
}

/** @throws {GatiError} GATI_DEPLOY_CONFIG for settings that need a resource of another cloud */
function assertSupported({ host }: Place): void {
  if (host === undefined) return;
  throw new GatiError({
    code: 'GATI_DEPLOY_CONFIG',
    message: '`cloud.edge` is not available on Google Cloud yet.',
    fix: 'Remove it, and use a Gateway of GKE (`kubernetes.gateway`) for HTTPS.',
  });
}

function findRegion({ settings }: Place): string {
  const { GOOGLE_CLOUD_REGION, CLOUDSDK_COMPUTE_REGION } = process.env;
  const region = settings.region ?? (GOOGLE_CLOUD_REGION || CLOUDSDK_COMPUTE_REGION);
  if (region) return region;
  throw new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: 'No region of Google Cloud is set.',
    fix: 'Set `cloud.region` in gati.deploy.yaml, such as europe-west1, or GOOGLE_CLOUD_REGION.',
  });
}
