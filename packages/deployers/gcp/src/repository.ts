import { GatiError } from '@gati/contract';
import type { CloudSession } from 'gati-deploy/cloud';
import { method } from './api.ts';
import type { Gcp, GcpResource } from './gcp.ts';
import { hasOwnLabels } from './names.ts';
import { orMissing, request, sender } from './operation.ts';
import { PRICES } from './prices.ts';

const ID = 'artifactregistry.projects.locations.repositories';
const GetRepository = method(
  `${ID}.get`,
  ['GET', 'v1/{+name}'],
  'artifactregistry.repositories.get',
);
const CreateRepository = method(
  `${ID}.create`,
  ['POST', 'v1/{+parent}/repositories'],
  'artifactregistry.repositories.create',
);
const DeleteRepository = method(
  `${ID}.delete`,
  ['DELETE', 'v1/{+name}'],
  'artifactregistry.repositories.delete',
);
const GetOperation = method('artifactregistry.projects.locations.operations.get', [
  'GET',
  'v1/{+name}',
]);
const METHODS = [GetRepository, CreateRepository, DeleteRepository, GetOperation];

/** Permissions of a push, whose requests are those of a registry. */
const PUSH = [
  'artifactregistry.repositories.downloadArtifacts',
  'artifactregistry.repositories.uploadArtifacts',
  'artifactregistry.tags.create',
  'artifactregistry.tags.get',
];

interface Repository {
  labels?: Record<string, string>;
  /** `europe-west1-docker.pkg.dev/PROJECT/REPOSITORY` */
  registryUri?: string;
}

export const repositoryName = ({ names }: Gcp): string =>
  `${names.location}/repositories/${names.base}`;

export async function findRepository(gcp: Gcp): Promise<Repository | undefined> {
  const send = sender(gcp.api, METHODS);
  return await orMissing(send<Repository>(GetRepository, { path: { name: repositoryName(gcp) } }));
}

/**
 * Repository of the image. Pods pull by digest, so tags need not be immutable. With immutable tags,
 * a registry without the referrers API would reject the tag that lists the documents about an
 * image.
 */
export function repositoryResource(gcp: Gcp): GcpResource {
  const { names } = gcp;
  const send = sender(gcp.api, METHODS);
  const isVisible = async (): Promise<boolean> => (await findRepository(gcp)) !== undefined;
  const creation = {
    path: { parent: names.location },
    query: { repositoryId: names.base },
    body: { format: 'DOCKER', labels: names.labels },
  };
  const removal = { path: { name: repositoryName(gcp) } };
  return {
    service: 'registry',
    name: `Artifact Registry repository ${names.base}`,
    reason: 'the image',
    price: PRICES.repository,
    methods: METHODS,
    permissions: PUSH,
    async find() {
      const found = await findRepository(gcp);
      return found && { isOwn: hasOwnLabels(names, found.labels), state: 'ready' };
    },
    create: async () => [
      request(send, CreateRepository, creation, { operations: GetOperation, isVisible }),
    ],
    remove: async () => [request(send, DeleteRepository, removal, { operations: GetOperation })],
  };
}

/** Returns the name of the image without its tag, and a token that is valid for an hour. */
export async function readRegistry(
  gcp: Gcp,
  token: () => Promise<{ token: string }>,
): Promise<Awaited<ReturnType<CloudSession['registry']>>> {
  const found = await findRepository(gcp);
  if (!found?.registryUri)
    throw new GatiError({
      code: 'GATI_DEPLOY_CLOUD',
      message: `There is no repository ${gcp.names.base} in the Artifact Registry of ${gcp.region}.`,
      fix: 'Run `gati-deploy gcp`, which creates the repository.',
    });
  const { token: password } = await token();
  return {
    repository: `${found.registryUri}/${gcp.place.app}`,
    credentials: { kind: 'password', user: 'oauth2accesstoken', password },
  };
}
