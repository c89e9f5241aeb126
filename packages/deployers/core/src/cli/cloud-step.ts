import { GatiError } from '@gati/contract';
import type { CloudName } from '../config/settings.ts';
import { loadCloud } from '../cloud/load-cloud.ts';
import type { Cloud, CloudService, CloudSession, Found, Place, Resource } from '../cloud/port.ts';
import { type CloudProgress, createResources, isSpared } from '../cloud/reconcile.ts';
import type { Target } from '../objects/target.ts';
import type { Call } from './command.ts';

/** Cloud that is opened for one environment of an app. */
export interface OpenCloud {
  cloud: Cloud;
  place: Place;
  session: CloudSession;
}

/** Returns the facts of an app that its cloud needs. @throws {GatiError} GATI_DEPLOY_CONFIG */
export function toPlace(
  { app, environment, settings }: Target,
  { storeScheme }: Pick<Cloud, 'storeScheme'>,
): Place {
  const { cloud = {}, url, releases, region } = settings;
  const [, scheme, bucket] = /^([a-z0-9]+):\/\/([^/]+)/.exec(releases ?? '') ?? [];
  const place: Place = {
    app,
    environment,
    settings: cloud,
    ...(bucket !== undefined && scheme === storeScheme && { store: bucket }),
    ...(region !== undefined && { isRegional: true }),
  };
  if (cloud.edge !== true) return place;
  const { protocol = '', hostname = '' } = url && URL.canParse(url) ? new URL(url) : {};
  if (protocol !== 'https:' || !hostname.includes('.') || /^[\d.]+$|^\[/.test(hostname))
    throw new GatiError({
      code: 'GATI_DEPLOY_CONFIG',
      message: '`cloud.edge` needs the address of users in `url`.',
      fix: 'Set `url` in gati.deploy.yaml, such as https://shop.example.com.',
    });
  return { ...place, host: hostname };
}

/** Loads a cloud and checks its credentials. */
export async function openCloud(name: CloudName, target: Target, root: string): Promise<OpenCloud> {
  const cloud = await loadCloud(name, root);
  const place = toPlace(target, cloud);
  const session = await cloud.open(place);
  Object.assign(process.env, session.env);
  return { cloud, place, session };
}

/**
 * Adds the settings of the cloud: with an edge, a load balancer, to which the CDN sends requests.
 */
export async function toCloudTarget(target: Target, session: CloudSession): Promise<Target> {
  const { settings } = target;
  if (settings.cloud?.edge !== true) return target;
  const balancer = await session.balancer();
  const hasHttps = session.hasHttps?.(balancer) ?? false;
  const kubernetes = {
    service: 'LoadBalancer' as const,
    ...settings.kubernetes,
    balancer,
    ...(hasHttps && { hasHttps }),
  };
  return { ...target, settings: { ...settings, kubernetes } };
}

/** Creates the missing resources of a group, and reports them as one step. */
export async function createStep(
  { reporter }: Call,
  name: string,
  resources: Resource[],
): Promise<void> {
  let requests = 0;
  await reporter.step(
    name,
    async () => {
      const { onRequest, onWait } = cloudProgress({ reporter });
      const progress: CloudProgress = {
        onWait,
        onRequest(...event) {
          requests++;
          onRequest(...event);
        },
      };
      await createResources(resources, progress);
    },
    () => `${resources.map((each) => each.name).join(', ')}${requests > 0 ? ', created' : ''}`,
  );
}

/** Groups of resources that a rollout needs. The edge follows the rollout. */
export const FOUNDATION: readonly CloudService[] = ['registry', 'store', 'cluster', 'assets'];

/** State of a resource before a deploy. */
export interface Preview {
  resource: string;
  reason: string;
  state: Found['state'] | 'missing';
  /** Whether a deploy created it. */
  isOwn: boolean;
  price: string | null;
}

/**
 * Prints the resources that a deploy would create, with their list prices. Sends no request that
 * writes.
 */
export async function previewStep(
  { reporter }: Pick<Call, 'reporter'>,
  { cloud }: OpenCloud,
  resources: Resource[],
): Promise<Preview[]> {
  const previews: Preview[] = [];
  for (const resource of resources) {
    if (await isSpared(resource)) continue;
    const { name, reason, price = null } = resource;
    const { state = 'missing' as const, isOwn = false } = (await resource.find()) ?? {};
    previews.push({ resource: name, reason, state, isOwn, price });
    const cost = price === null || state !== 'missing' ? '' : `, ${price} (${cloud.pricesOf})`;
    reporter.line(
      `  ${state === 'missing' ? 'create' : state}  ${name}  ${reporter.style.dim(`${reason}${cost}`)}`,
    );
  }
  return previews;
}

/** Whether nothing is missing for an image and a rollout. */
export const isComplete = (previews: Preview[]): boolean =>
  previews.every(({ state }) => state === 'ready');

/** Prints the requests to a cloud, and what it waits for. */
export function cloudProgress({ reporter }: Pick<Call, 'reporter'>): CloudProgress {
  return {
    onRequest(resource, { operation }) {
      reporter.line(
        `${reporter.style.cyan('...')}   ${operation}  ${reporter.style.dim(resource.name)}`,
      );
      reporter.event('request', { operation, resource: resource.name });
    },
    onWait({ name }, why) {
      reporter.line(`      ${name}: ${why}`);
      reporter.event('wait', { resource: name, why });
    },
  };
}
