import fs from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { createFolder } from '@gati/test-kit/files';
import { startRegistry } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import { writeNodeBase } from '../cluster/helpers/node-base.ts';
import { startControlPlane } from '../cluster/control-plane.ts';
import { startNode } from '../cluster/node.ts';
import type { Missing } from '../servers/process.ts';

/** A cluster with pods, a registry, and a base image: one for all test files. */
export interface PodsEnvironment {
  /** Folder of the API server, with its audit log. */
  folder: string;
  kubeconfig: string;
  url: string;
  /** Host of a registry that anyone may use. */
  registry: string;
  /** Host of a registry whose only user is `ada`, with the password `lovelace`. */
  privateRegistry: string;
  /** Base with Node, for `image.base`. */
  base: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    pods: PodsEnvironment | { missing: string };
  }
}

interface Running {
  environment: PodsEnvironment;
  stop(): Promise<void>;
}

/** Starts the cluster and all that its tests need. */
export async function startPods(): Promise<Running | Missing> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const open = await startRegistry();
  if ('reason' in open) return open;
  stops.push(() => open.stop());
  const locked = await startRegistry({ password: true });
  if ('reason' in locked) return locked;
  stops.push(() => locked.stop());
  const cluster = await startControlPlane();
  if ('reason' in cluster) return await stop().then(() => cluster);
  stops.push(() => cluster.stop());
  const node = await startNode(cluster);
  if ('reason' in node) return await stop().then(() => node);
  stops.push(() => node.stop());
  const folder = createFolder('base');
  stops.push(() => fs.rmSync(folder, { recursive: true, force: true }));
  const environment = {
    folder: cluster.folder,
    kubeconfig: cluster.kubeconfig,
    url: cluster.url,
    registry: new URL(open.url).host,
    privateRegistry: new URL(locked.url).host,
    base: await writeNodeBase(path.join(folder, 'base')),
  };
  return { environment, stop };
}

/**
 * Global setup of the project `pods`. `GATI_TEST_PODS` names the file of a cluster that
 * `npm run cluster` keeps running.
 */
export default async function setup(
  project: TestProject,
): Promise<(() => Promise<void>) | undefined> {
  const file = process.env.GATI_TEST_PODS;
  if (file) {
    project.provide('pods', JSON.parse(fs.readFileSync(file, 'utf8')) as PodsEnvironment);
    return undefined;
  }
  const running = await startPods();
  if ('reason' in running) {
    process.stderr.write(`\n  !! NO DEPLOY was tried with real pods: ${running.reason}\n\n`);
    project.provide('pods', { missing: running.reason });
    return undefined;
  }
  project.provide('pods', running.environment);
  return running.stop;
}
