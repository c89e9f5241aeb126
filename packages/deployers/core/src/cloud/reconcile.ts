import { setTimeout as sleep } from 'node:timers/promises';
import { GatiError } from '@gati/contract';
import type { CloudRequest, Found, Resource } from './port.ts';

export interface CloudProgress {
  /** Called before each request that writes. */
  onRequest(resource: Resource, request: CloudRequest): void;
  /** Called when a resource is not ready, and when the reason changes. */
  onWait(resource: Resource, why: string): void;
}

export interface Waiting {
  /** Maximum milliseconds between two reads of a resource; 10 seconds by default. */
  interval?: number;
  /** Milliseconds after which a pending resource is an error. */
  limit?: number;
}

/** Milliseconds between the first two reads of a resource. */
const FIRST = 500;
const LONGEST = 10_000;
/** A cluster takes about 15 minutes. */
const LIMIT = 40 * 60_000;
/** Maximum number of rounds of requests for one resource. */
const ROUNDS = 20;
/** Maximum number of rounds of requests to remove a resource: a bucket is emptied page by page. */
const REMOVALS = 10_000;

/**
 * Creates the missing resources and their missing parts, one after the other, and waits until each
 * is ready. Existing parts stay as they are. The function can run again after it was stopped at any
 * request.
 */
export async function createResources(
  resources: Resource[],
  progress: CloudProgress,
  waiting: Waiting = {},
): Promise<Found[]> {
  const all: Found[] = [];
  for (const resource of resources) {
    if (await isSpared(resource)) continue;
    all.push(await createResource(resource, progress, waiting));
  }
  return all;
}

/** Whether a resource serves another one that exists. */
export async function isSpared({ serves }: Resource): Promise<boolean> {
  return serves !== undefined && (await serves.find()) !== undefined;
}

async function createResource(
  resource: Resource,
  progress: CloudProgress,
  waiting: Waiting,
): Promise<Found> {
  for (let round = 0; round < ROUNDS; round++) {
    const found = await settle(resource, progress, waiting);
    if (found?.state === 'ready') return found;
    for (const request of await resource.create(found)) {
      progress.onRequest(resource, request);
      await request.send();
    }
  }
  throw neverReady(resource, 'it is incomplete after each request');
}

/** A resource that is not ready, and the reason. */
export interface Pending {
  resource: string;
  why: string;
}

/**
 * Creates resources one after the other, up to the first one that is not ready yet. Does not wait.
 * The next call continues.
 */
export async function advanceResources(
  resources: Resource[],
  progress: CloudProgress,
): Promise<Pending | undefined> {
  for (const resource of resources)
    for (let round = 0; ; round++) {
      const found = await resource.find();
      if (found?.state === 'ready') break;
      if (round >= ROUNDS) throw neverReady(resource, 'it is incomplete after each request');
      if (found?.state === 'pending' || found?.state === 'removing')
        return { resource: resource.name, why: found.why ?? found.state };
      for (const request of await resource.create(found)) {
        progress.onRequest(resource, request);
        await request.send();
      }
    }
  return undefined;
}

/** Removes the resources that a deploy created, the last one first. Returns their names. */
export async function removeResources(
  resources: Resource[],
  progress: CloudProgress,
  waiting: Waiting = {},
): Promise<string[]> {
  const removed: string[] = [];
  for (const resource of resources.toReversed()) {
    for (let round = 0; ; round++) {
      const found = await settle(resource, progress, waiting, (each) => each.isOwn);
      if (!found?.isOwn) break;
      if (round >= REMOVALS) throw neverReady(resource, 'it exists after each request');
      if (round === 0) removed.push(resource.name);
      for (const request of await resource.remove(found)) {
        progress.onRequest(resource, request);
        await request.send();
      }
    }
  }
  return removed;
}

/**
 * Reads a resource until it is neither pending nor being removed. Reports changes of the reason.
 */
async function settle(
  resource: Resource,
  progress: CloudProgress,
  { interval = LONGEST, limit = LIMIT }: Waiting,
  isAwaited: (found: Found) => boolean = () => true,
): Promise<Found | undefined> {
  const deadline = performance.now() + limit;
  let last: string | undefined;
  for (let pause = FIRST; ; pause = Math.min(pause * 1.5, interval)) {
    const found = await resource.find();
    const isMoving = found?.state === 'pending' || found?.state === 'removing';
    if (!isMoving || !isAwaited(found)) return found;
    const { state, why = state } = found;
    if (why !== last) progress.onWait(resource, (last = why));
    if (performance.now() > deadline)
      throw neverReady(resource, `${why} since ${Math.round(limit / 60_000)} minutes`);
    await sleep(Math.min(pause, interval));
  }
}

function neverReady({ name }: Resource, why: string): GatiError {
  return new GatiError({
    code: 'GATI_DEPLOY_CLOUD',
    message: `The ${name} is not ready: ${why}.`,
    fix: 'Check it in the console of the cloud, then run the same command, which continues.',
  });
}
