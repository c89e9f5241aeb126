import { startRegistry } from '../../../packages/deployers/core/test/helpers/docker-registry.ts';
import { startControlPlane, type TestCluster } from '../../cluster/control-plane.ts';
import { type Controller, playController } from '../../cluster/helpers/play-controller.ts';
import { findServiceModels, startMoto } from '../../servers/moto.ts';
import type { Missing } from '../../servers/process.ts';
import { type Ecr, startEcr } from './ecr.ts';
import { type Account, startTokenReviewer, type TokenReviewer } from './eks-tokens.ts';
import { createChanges } from './changes.ts';
import { listAll } from './list-all.ts';
import { type AwsProxy, startAwsProxy } from './proxy.ts';

/** An AWS of this machine: an emulator behind a checker, a real registry, a real API server. */
export interface FakeAws {
  api: AwsProxy;
  registry: Ecr;
  cluster: TestCluster;
  controller: Controller;
  tokens: TokenReviewer;
  /** Address of the emulator, behind the checker. */
  moto: string;
  /** Returns the names of all resources that the account has. */
  resources(): Promise<string[]>;
  /** Environment variables for programs that use it. */
  env: Record<string, string>;
  /** Number of reads of a new cluster before it is active. */
  reads: number;
  stop(): Promise<void>;
}

export const ACCOUNT: Account = { keyId: 'AKIAGATITEST', secret: 'test-secret', cluster: '' };

/** Starts all servers, or says which one is missing. */
export async function startFakeAws(name: string): Promise<FakeAws | Missing> {
  const stops: (() => unknown)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.reverse()) await each();
  };
  const needed = async <T extends object>(
    starting: Promise<T | Missing | undefined>,
    end: (started: T) => unknown,
  ): Promise<T> => {
    const started = await starting;
    if (started === undefined || 'reason' in started)
      throw new MissingServer(started?.reason ?? 'no address but loopback');
    stops.push(() => end(started as T));
    return started as T;
  };
  try {
    // Installs and then starts the version of moto that the tests are written for.
    const data = findServiceModels();
    if (typeof data !== 'string') throw new MissingServer(data.reason);
    const moto = await needed(startMoto(), (each) => each.stop());
    const docker = await needed(startRegistry(), (each) => each.stop());
    const account = { ...ACCOUNT, cluster: name };
    const tokens = await needed(startTokenReviewer(account), (each) => each.stop());
    const cluster = await needed(startControlPlane({ tokenWebhook: tokens.url }), (each) =>
      each.stop(),
    );
    const controller = await needed(playController(cluster), (each) => each.stop());
    const repositories = new Set<string>();
    const registry = await needed(startEcr(docker.url, repositories), (each) => each.stop());
    const reads = (): number => fake.reads;
    const parts = { moto: moto.url, cluster, registry, repositories, reads };
    const change = createChanges(parts);
    const options = { target: moto.url, data, change };
    const api = await needed(startAwsProxy(options), (each) => each.stop());
    const env = {
      AWS_ACCESS_KEY_ID: account.keyId,
      AWS_SECRET_ACCESS_KEY: account.secret,
      AWS_REGION: 'eu-central-1',
      AWS_ENDPOINT_URL: api.url,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
    };
    const resources = (): Promise<string[]> => listAll(moto.url);
    const servers = { api, registry, cluster, controller, tokens };
    const fake: FakeAws = { ...servers, moto: moto.url, resources, env, reads: 0, stop };
    return fake;
  } catch (error) {
    await stop();
    if (error instanceof MissingServer) return { reason: error.message };
    throw error;
  }
}

class MissingServer extends Error {}
