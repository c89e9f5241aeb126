import { GatiError } from '@gati/contract';
import { method } from './api.ts';
import type { Gcp, GcpResource } from './gcp.ts';
import { request, sender } from './operation.ts';

const BatchGet = method(
  'serviceusage.services.batchGet',
  ['GET', 'v1/{+parent}/services:batchGet'],
  'serviceusage.services.get',
);
const BatchEnable = method(
  'serviceusage.services.batchEnable',
  ['POST', 'v1/{+parent}/services:batchEnable'],
  'serviceusage.services.enable',
);
const GetOperation = method('serviceusage.operations.get', ['GET', 'v1/{+name}']);
const METHODS = [BatchGet, BatchEnable, GetOperation];

/** APIs that every deploy uses. They are disabled in a new project. */
const APIS = ['artifactregistry', 'compute', 'container'];

interface Service {
  /** `projects/123456789012` */
  parent: string;
  /** `projects/123456789012/services/container.googleapis.com` */
  name: string;
  state: 'DISABLED' | 'ENABLED';
}

async function readServices({ api, project }: Gcp): Promise<Service[]> {
  const parent = `projects/${project}`;
  const names = APIS.map((each) => `${parent}/services/${each}.googleapis.com`);
  const send = sender(api, METHODS);
  const input = { path: { parent }, query: { names } };
  return (await send<{ services?: Service[] }>(BatchGet, input)).services ?? [];
}

/** The APIs that a deploy uses. They stay enabled, since other programs may use them too. */
export function servicesResource(gcp: Gcp): GcpResource {
  const send = sender(gcp.api, METHODS);
  const findDisabled = async (): Promise<string[]> =>
    (await readServices(gcp))
      .filter(({ state }) => state !== 'ENABLED')
      .map(({ name }) => name.split('/').at(-1)!);
  return {
    service: 'registry',
    name: `APIs of the project ${gcp.project}`,
    reason: 'a deploy calls them',
    methods: METHODS,
    async find() {
      const isReady = (await findDisabled()).length === 0;
      return { isOwn: false, state: isReady ? 'ready' : 'incomplete' };
    },
    async create() {
      const path = { parent: `projects/${gcp.project}` };
      const body = { serviceIds: await findDisabled() };
      return [request(send, BatchEnable, { path, body }, { operations: GetOperation })];
    },
    remove: async () => [],
  };
}

/** Returns the number of the project, which the names of its service accounts contain. */
export async function readProjectNumber(gcp: Gcp): Promise<string> {
  const [first] = await readServices(gcp);
  const [, number] = /^projects\/(\d+)$/.exec(first?.parent ?? '') ?? [];
  if (number !== undefined) return number;
  throw new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `Google Cloud returned no number for the project ${gcp.project}.`,
    fix: 'Check that the project exists, and that this account may use it.',
  });
}
