import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import { createAgent, discard, send } from '../http/request.ts';
import type { Cluster } from '../kube/cluster.ts';
import type { VerifyStep } from '../plan/plan.ts';

export interface Verified {
  /** How the release was requested: through `service`, `url`, or `none` without the permission. */
  through: 'service' | 'url' | 'none';
  /** The check that has not succeeded yet, and the reason. The app serves nevertheless. */
  pending?: string;
}

interface Answer {
  status: number;
  release: string | undefined;
}

/** Milliseconds in which the nodes get the new target of the Service. */
const SETTLE = 30_000;
/** Any path: every response of a release names it. */
const PATH = '.well-known/gati-deploy';

/**
 * Requests the new release through its Service, and then through the address of users.
 *
 * @throws {GatiError} GATI_DEPLOY_ROLLOUT when the Service does not lead to the release
 */
export async function verify(
  cluster: Cluster,
  step: VerifyStep,
  { interval = 500, settle = SETTLE }: { interval?: number; settle?: number } = {},
): Promise<Verified> {
  const { namespace, service, release, url } = step;
  const proxy = `api/v1/namespaces/${namespace}/services/http:${service}:http/proxy`;
  const inside = await askUntil(release, settle, interval, async () => {
    const { status, headers } = await cluster.head(`${proxy}/${PATH}`);
    return { status, release: textOf(headers['x-gati-release']) };
  });
  if (inside.status !== 403 && inside.release !== release)
    throw new GatiError({
      code: 'GATI_DEPLOY_ROLLOUT',
      message: `The Service ${service} does not select ${release}: it responded ${inside.status}${inside.release ? ` of ${inside.release}` : ''}.`,
      fix: 'Check `gati-deploy status`. A network policy of the cluster may forbid requests to the pods.',
    });
  if (url === null) return { through: inside.status === 403 ? 'none' : 'service' };
  const pending = await verifyAddress(url, release, { interval, settle });
  return pending === undefined ? { through: 'url' } : { through: 'service', pending };
}

/**
 * Requests a release through the address of users.
 *
 * @returns the reason why it does not respond there yet
 */
export async function verifyAddress(
  url: string,
  release: string,
  { interval = 500, settle = SETTLE }: { interval?: number; settle?: number } = {},
): Promise<string | undefined> {
  const address = new URL(PATH, url.endsWith('/') ? url : `${url}/`);
  const outside = await askUntil(release, settle, interval, async () => {
    const agent = createAgent(address.protocol);
    const response = await send({ method: 'GET', url: address, agent, idle: 5000 });
    discard(response);
    return { status: response.status, release: textOf(response.headers['x-gati-release']) };
  }).catch((error: Error) => error);
  if (outside instanceof Error) return `${url}: ${outside.message}`;
  if (outside.release === release) return undefined;
  return `${url} responded ${outside.status}${outside.release ? ` of ${outside.release}` : ''}`;
}

async function askUntil(
  release: string,
  within: number,
  interval: number,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const deadline = performance.now() + within;
  for (;;) {
    const isOver = performance.now() >= deadline;
    try {
      const answer = await ask();
      if (answer.release === release || answer.status === 403 || isOver) return answer;
    } catch (error) {
      if (isOver) throw error;
    }
    await sleep(interval);
  }
}

const textOf = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
