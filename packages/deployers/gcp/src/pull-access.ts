import { method } from './api.ts';
import { findNodeAccount } from './cluster.ts';
import { isOutdated } from './errors.ts';
import type { Gcp, GcpResource } from './gcp.ts';
import { hasOwnLabels } from './names.ts';
import { request, sender } from './operation.ts';
import { findRepository, repositoryName } from './repository.ts';
import { readProjectNumber } from './services.ts';

const ID = 'artifactregistry.projects.locations.repositories';
const GetPolicy = method(
  `${ID}.getIamPolicy`,
  ['GET', 'v1/{+resource}:getIamPolicy'],
  'artifactregistry.repositories.getIamPolicy',
);
const SetPolicy = method(
  `${ID}.setIamPolicy`,
  ['POST', 'v1/{+resource}:setIamPolicy'],
  'artifactregistry.repositories.setIamPolicy',
);
const METHODS = [GetPolicy, SetPolicy];

const READER = 'roles/artifactregistry.reader';

interface Policy {
  bindings?: { role: string; members: string[]; condition?: object }[];
  etag?: string;
}

/**
 * Permission of the nodes to pull the image. It is removed with the repository. A deploy does not
 * change the policy of a repository that it did not create.
 */
export function pullAccessResource(gcp: Gcp): GcpResource {
  const send = sender(gcp.api, METHODS);
  const path = { resource: repositoryName(gcp) };
  const readPolicy = (): Promise<Policy> => send<Policy>(GetPolicy, { path });
  return {
    service: 'cluster',
    name: 'access of the nodes to the image',
    reason: 'they pull it',
    methods: METHODS,
    async find() {
      const repository = await findRepository(gcp);
      if (!repository) return undefined;
      if (!hasOwnLabels(gcp.names, repository.labels)) return { isOwn: false, state: 'ready' };
      const member = await nodeMember(gcp);
      const { bindings = [] } = await readPolicy();
      const isGranted = bindings.some(
        ({ role, members, condition }) => role === READER && !condition && members.includes(member),
      );
      return { isOwn: false, state: isGranted ? 'ready' : 'incomplete' };
    },
    async create() {
      const policy = await readPolicy();
      const binding = { role: READER, members: [await nodeMember(gcp)] };
      const next = { ...policy, bindings: [...(policy.bindings ?? []), binding] };
      const writing = request(send, SetPolicy, { path, body: { policy: next } });
      const write = async (): Promise<unknown> => {
        try {
          return await writing.send();
        } catch (error) {
          // Another program changed the policy meanwhile, so it is read again.
          if (isOutdated(error)) return undefined;
          throw error;
        }
      };
      return [{ ...writing, send: write }];
    },
    remove: async () => [],
  };
}

/** Returns the service account of the nodes, as policies name it. */
async function nodeMember(gcp: Gcp): Promise<string> {
  const account = await findNodeAccount(gcp);
  if (account !== 'default') return `serviceAccount:${account}`;
  return `serviceAccount:${await readProjectNumber(gcp)}-compute@developer.gserviceaccount.com`;
}
