import fs from 'node:fs';
import path from 'node:path';
import { createFolder } from '@gati/test-kit/files';
import { startRegistry } from '../../../packages/deployers/core/test/helpers/docker-registry.ts';
import { startControlPlane, type TestCluster } from '../../cluster/control-plane.ts';
import { type Controller, playController } from '../../cluster/helpers/play-controller.ts';
import { findDescriptions } from '../../servers/google-descriptions.ts';
import type { Missing } from '../../servers/process.ts';
import { type GoogleRegistry, startGoogleRegistry } from './registry.ts';
import { type FakeGoogle, startFakeGoogle } from './server.ts';
import { artifactRegistry } from './services/artifact-registry.ts';
import { container } from './services/container.ts';
import { serviceUsage } from './services/service-usage.ts';
import { startTokenReviewer, type TokenReviewer } from './token-reviewer.ts';
import { AUDIENCE, SUBJECT_TOKEN, type Tokens } from './tokens.ts';

/** A Google Cloud on this machine: the fake APIs, a real registry, and a real API server. */
export interface GoogleCloud {
  google: FakeGoogle;
  registry: GoogleRegistry;
  cluster: TestCluster;
  controller: Controller;
  reviewer: TokenReviewer;
  /** Returns the names of all resources of the project. */
  resources(): string[];
  /** Environment variables for programs that use it. */
  env: Record<string, string>;
  stop(): Promise<void>;
}

export const PROJECT = 'shop-1';
const NUMBER = '123456789012';

/** Starts all servers, or returns the name of a missing one. */
export async function startGoogleCloud(): Promise<GoogleCloud | Missing> {
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
    const folder = findDescriptions();
    if (typeof folder !== 'string') throw new MissingServer(folder.reason);
    const docker = await needed(startRegistry(), (each) => each.stop());
    const tokens = (): Tokens => google.tokens;
    const reviewer = await needed(startTokenReviewer(tokens), (each) => each.stop());
    const options = { tokenWebhook: reviewer.url };
    const cluster = await needed(startControlPlane(options), (each) => each.stop());
    const controller = await needed(playController(cluster), (each) => each.stop());
    const registry = await needed(startGoogleRegistry(docker.url, tokens), (each) => each.stop());
    const endpoint = {
      endpoint: new URL(cluster.url).host,
      ca: fs.readFileSync(`${cluster.folder}/pki/ca.pem`).toString('base64'),
    };
    const google: FakeGoogle = await needed(
      startFakeGoogle({
        folder,
        apis: ['artifactregistry.v1', 'container.v1', 'serviceusage.v1'],
        handlers: (engine) => ({
          ...artifactRegistry(engine, registry.host),
          ...container(engine, endpoint),
          ...serviceUsage(engine, NUMBER),
        }),
      }),
      (each) => each.stop(),
    );
    const { stored } = google.engine;
    registry.has = (repository) =>
      [...stored.keys()].some((name) => {
        const [, project, , , kind, id] = name.split('/');
        return kind === 'repositories' && `${project}/${id}` === repository;
      });
    const env = {
      ...google.env,
      ...writeCredentials(google.url),
      GOOGLE_CLOUD_PROJECT: PROJECT,
      GOOGLE_CLOUD_REGION: 'europe-west1',
    };
    const resources = (): string[] =>
      [...stored.keys()].map((name) => name.split('/').slice(-2).join(' '));
    return { google, registry, cluster, controller, reviewer, resources, env, stop };
  } catch (error) {
    await stop();
    if (error instanceof MissingServer) return { reason: error.message };
    throw error;
  }
}

/** Writes the credentials of a workload, as a CI job has them. */
function writeCredentials(url: string): Record<string, string> {
  const folder = createFolder('google');
  const subject = path.join(folder, 'token');
  const file = path.join(folder, 'credentials.json');
  fs.writeFileSync(subject, SUBJECT_TOKEN);
  fs.writeFileSync(
    file,
    JSON.stringify({
      type: 'external_account',
      audience: AUDIENCE,
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `${url}/token`,
      credential_source: { file: subject },
    }),
  );
  return { GOOGLE_APPLICATION_CREDENTIALS: file };
}

class MissingServer extends Error {}
