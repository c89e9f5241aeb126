import fs from 'node:fs';
import path from 'node:path';
import { redactUrls } from '@gati/contract/internal';
import { activateRelease, openReleaseStore, putRelease } from '@gati/runtime-h3/releases';
import { type Build, readBuild } from '../build/read-build.ts';
import type { CloudName, Settings } from '../config/settings.ts';
import type { Asset, CloudSession, Resource } from '../cloud/port.ts';
import { Cluster } from '../kube/cluster.ts';
import { toTarget } from '../objects/target.ts';
import {
  createStep,
  FOUNDATION,
  isComplete,
  openCloud,
  previewStep,
  toCloudTarget,
} from './cloud-step.ts';
import { type Call, OK, PENDING } from './command.ts';
import { edgeResources, edgeStep, isEdgeReady } from './edge-step.ts';
import { buildFolder, buildStep, registryOptions, withTemporaryFolder } from './image-step.ts';
import { readEnvironment } from './read-app.ts';
import { rollOut } from './roll-out.ts';

/** Deploys to a cloud: missing resources, image, registry, rollout, edge. Returns the exit code. */
export async function deployToCloud(call: Call, provider: CloudName): Promise<number> {
  const { reporter, words, root, options } = call;
  const found = readEnvironment(call, words[0]);
  const settings: Settings = { ...found.settings, provider };
  return await withTemporaryFolder(async (folder) => {
    // The name of the app is known before its image is built.
    const { name, release } = readBuild(buildFolder(call)).manifest;
    const plain = toTarget(name, found.environment, settings);
    const open = await reporter.step(
      provider,
      () => openCloud(provider, plain, root),
      ({ session: { identity } }) =>
        `account ${identity.account}, ${identity.region}, ${identity.user}`,
    );
    const { session } = open;
    const built = await buildStep(call, settings, folder, session);
    const isDry = options['dry-run'] === true;
    const resources = session
      .resources({ createCluster: options['create-cluster'] === true })
      .filter(({ service }) => FOUNDATION.includes(service));
    if (isDry) {
      const previews = await previewStep(call, open, resources);
      if (!isComplete(previews)) {
        reporter.line('the rollout can be checked when these resources exist');
        reporter.document({ resources: previews });
        return OK;
      }
    } else await createServices(call, provider, resources);
    const target = await toCloudTarget(plain, session);
    const destination = { cluster: new Cluster(await session.cluster()), target };
    const edge = await edgeResources(session, destination);
    const own = await session.registry();
    const code = await rollOut(call, {
      destination,
      built,
      settings: { ...target.settings, image: { ...settings.image, repository: own.repository } },
      registry: registryOptions(own),
      async prepare() {
        await storeStep(call, settings, built.build);
        // Pages of the new release request them as soon as it is live.
        if (edge.length > 0) await assetStep(call, session, built.build);
      },
      skipUrl: edge.length > 0 && !(await isEdgeReady(edge)),
    });
    if (isDry || (code !== OK && code !== PENDING)) return code;
    await recordStep(call, settings, release.version);
    if (edge.length === 0) return code;
    const pending = await edgeStep(call, edge, { url: settings.url!, release: release.id });
    if (pending === undefined) return OK;
    reporter.warn(
      'the release serves, but not at the address of users yet: `gati-deploy edge` continues',
    );
    reporter.event('pending', { ...pending });
    return PENDING;
  });
}

async function createServices(
  call: Call,
  provider: CloudName,
  resources: Resource[],
): Promise<void> {
  for (const service of FOUNDATION) {
    const own = resources.filter((each) => each.service === service);
    if (own.length > 0) await createStep(call, `${provider} ${service}`, own);
  }
}

/** Puts the release into the release store, before it serves. */
async function storeStep({ reporter }: Call, { releases }: Settings, build: Build): Promise<void> {
  if (releases === undefined) return;
  await reporter.step(
    'release',
    async () => {
      const store = await openReleaseStore(releases);
      try {
        return await putRelease(store, build.folder);
      } finally {
        await store.close();
      }
    },
    ({ release, created }) =>
      `${release.version} ${created ? 'stored' : 'is stored'} in ${redactUrls(releases)}`,
  );
}

/** Makes the release that serves the current one of the store. */
async function recordStep(
  { reporter }: Call,
  { releases }: Settings,
  version: string,
): Promise<void> {
  if (releases === undefined) return;
  await reporter.step('record', async () => {
    const store = await openReleaseStore(releases);
    try {
      await activateRelease(store, version);
    } finally {
      await store.close();
    }
  });
}

const ASSETS = 'client/assets';

/** Uploads the files of the build that never change. */
async function assetStep({ reporter }: Call, session: CloudSession, build: Build): Promise<void> {
  await reporter.step(
    'assets',
    () => session.uploadAssets(findAssets(build.folder)),
    ({ sent, present }) => `${sent} uploaded, ${present} present`,
  );
}

function findAssets(folder: string): Asset[] {
  const base = path.join(folder, ASSETS);
  if (!fs.existsSync(base)) return [];
  return fs
    .readdirSync(base, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.map'))
    .map((entry) => path.join(entry.parentPath, entry.name))
    .map((source) => ({
      source,
      path: path.relative(path.join(folder, 'client'), source).split(path.sep).join('/'),
    }));
}
