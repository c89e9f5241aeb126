import fs from 'node:fs';
import path from 'node:path';
import { printTable, usageError } from '@gati/runtime-h3/command';
import { type Change, diffManifests, type Manifest } from '@gati/contract';
import { isCloud } from '../../cloud/load-cloud.ts';
import { readConfig } from '../../config/read-config.ts';
import { mergeRegion } from '../../config/regions.ts';
import type { Settings } from '../../config/settings.ts';
import { Cluster } from '../../kube/cluster.ts';
import { statusOf } from '../../kube/errors.ts';
import { readAccess } from '../../kube/kubeconfig.ts';
import { toMilliseconds } from '../../objects/duration.ts';
import { MANAGER } from '../../objects/labels.ts';
import { type Target, toTarget } from '../../objects/target.ts';
import { readLiveContract } from '../../plan/contract-gate.ts';
import { readLiveState } from '../../plan/live-state.ts';
import { copySecrets } from '../../preview/copy-secrets.ts';
import {
  deletePreview,
  listPreviews,
  sweepPreviews,
  writePreview,
} from '../../preview/preview-namespace.ts';
import { secretNames, toPreviewSettings } from '../../preview/preview-settings.ts';
import { serviceAddress } from '../../preview/service-address.ts';
import { createSweeper } from '../../preview/sweeper.ts';
import type { RegistryOptions } from '../../registry/client.ts';
import { openCloud } from '../cloud-step.ts';
import { type Call, OK, PENDING } from '../command.ts';
import { buildStep, referenceOf, withTemporaryFolder } from '../image-step.ts';
import { DEFAULT_ENVIRONMENT, readAppName, readEnvironment } from '../read-app.ts';
import { findSdk, printPreview, toMarkdown } from '../preview-report.ts';
import { environmentOption } from '../read-deployed.ts';
import { rollOut } from '../roll-out.ts';

const NAME = /^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$/;
const TTL = /^[1-9][0-9]{0,3}[smh]$/;
/** Maximum lifetime in milliseconds. The schedule of a CronJob has no year. */
const MAX_TTL = 365 * 24 * 3_600_000;
const DEFAULT_TTL = '72h';
const COLUMNS = ['preview', 'version', 'url', 'expires'].map((title) => ({ title }));

/** `gati-deploy preview NAME`, `preview list` and `preview delete NAME`. */
export async function run(call: Call): Promise<number> {
  const [word, other] = call.words;
  if (word === 'list' && other === undefined) return await list(call);
  if (word === 'delete') return await remove(call, checkName(other));
  if (other !== undefined)
    throw usageError(`unknown word \`${other.slice(0, 60)}\``, 'Use `gati-deploy preview NAME`.');
  return await deploy(call, checkName(word));
}

function checkName(word: string | undefined): string {
  if (word !== undefined && word !== 'list' && NAME.test(word)) return word;
  throw usageError(
    word === undefined
      ? 'The name of the preview is missing'
      : `\`${word.slice(0, 60)}\` can't be the name of a preview`,
    'Use 1 to 20 lowercase letters, digits and dashes, such as pr-12.',
  );
}

/** The cluster of previews, which belongs to an environment. */
interface Place {
  cluster: Cluster;
  /** The environment whose contract a preview is compared with, and whose Secrets it may get. */
  base: Target;
  settings: Settings;
  registry?: { repository: string; options: RegistryOptions };
}

async function openPlace(call: Call): Promise<Place> {
  const { root } = call;
  const { settings } = readEnvironment(call, 'preview');
  const word = environmentOption(call) ?? DEFAULT_ENVIRONMENT;
  const found = readEnvironment(call, word);
  const base = toTarget(readAppName(root), found.environment, found.settings);
  const { provider = 'kubernetes' } = settings;
  if (!isCloud(provider))
    return { cluster: new Cluster(readAccess(settings.kubernetes?.context)), base, settings };
  const { session } = await openCloud(provider, base, root);
  const { repository, credentials } = await session.registry();
  const registry = { repository, options: { credentials: async () => credentials } };
  return { cluster: new Cluster(await session.cluster()), base, settings, registry };
}

async function list(call: Call): Promise<number> {
  const { reporter } = call;
  const { cluster, base } = await openPlace(call);
  const all = await listPreviews(cluster, base.app);
  const rows = all.map(({ name, version, url, expires }) => [name, version, url, expires]);
  if (all.length === 0) reporter.line(`${base.app} has no previews`);
  else for (const line of printTable(COLUMNS, rows, reporter.style)) reporter.line(line);
  reporter.document({ previews: all });
  return OK;
}

async function remove(call: Call, name: string): Promise<number> {
  const { reporter } = call;
  const { cluster, base } = await openPlace(call);
  const found = (await listPreviews(cluster, base.app)).find((each) => each.name === name);
  if (found) await deletePreview(cluster, found);
  reporter.line(found ? `the cluster removes ${found.namespace}` : `there is no preview ${name}`);
  reporter.document({ deleted: found ? [name] : [] });
  return OK;
}

async function deploy(call: Call, name: string): Promise<number> {
  const { root, options, reporter } = call;
  const ttl = options['ttl'] ?? DEFAULT_TTL;
  if (typeof ttl !== 'string' || !TTL.test(ttl) || toMilliseconds(ttl) > MAX_TTL)
    throw usageError(
      `\`${String(ttl).slice(0, 60)}\` is not a time of up to 8760h`,
      'Use `--ttl 72h`.',
    );
  const place = await openPlace(call);
  const { cluster, base, registry } = place;
  const shared = mergeRegion(readConfig(root, ''), place.settings.region);
  const own = toPreviewSettings(name, place.settings, shared);
  const settings: Settings = registry
    ? { ...own, image: { ...own.image, repository: registry.repository } }
    : own;
  return await withTemporaryFolder(async (folder) => {
    const built = await buildStep(call, settings, folder);
    const { manifest } = built.build;
    const target = toTarget(manifest.name, name, settings);
    const expires = new Date(cluster.now() + toMilliseconds(ttl)).toISOString();
    const image = referenceOf(settings, built);
    await reporter.step('preview', async () => {
      await writePreview(cluster, target, { name, expires });
      const place = { from: base.namespace, to: target.namespace };
      await copySecrets(cluster, secretNames(settings), place);
    });
    await sweepStep(call, { cluster, target, expires, image });
    let document: unknown;
    const code = await rollOut(
      {
        ...call,
        // The comparison with the contract of the environment follows below.
        options: { ...options, 'allow-major': true },
        reporter: { ...reporter, document: (value) => void (document = value) },
      },
      {
        destination: { cluster, target },
        settings,
        built,
        isPreview: true,
        ...(registry && { registry: registry.options }),
      },
    );
    const changes = await compare(cluster, base, manifest);
    const url = settings.url ?? (await serviceAddress(cluster, target));
    const sdk = findSdk(root, manifest.release.version);
    const isUp = code === OK || code === PENDING;
    const { version } = manifest.release;
    if (isUp) await writePreview(cluster, target, { name, expires, url, version });
    const report = { name, version, url, expires, changes: changes ?? null, sdk: sdk ?? null };
    if (isUp) {
      printPreview(call, report, base.environment);
      if (typeof options['markdown'] === 'string')
        fs.writeFileSync(path.resolve(root, options['markdown']), toMarkdown(report));
    }
    reporter.document({ ...(document as object), preview: report });
    return code;
  });
}

/** Creates the objects with which the cluster removes the preview, and removes expired previews. */
async function sweepStep(
  { reporter }: Call,
  {
    cluster,
    target,
    expires,
    image,
  }: Pick<Place, 'cluster'> & {
    target: Target;
    expires: string;
    image: string;
  },
): Promise<void> {
  try {
    for (const { path: place, object } of createSweeper(target, { expires, image }))
      await cluster.call(`Can't write the ${object.kind} that removes the preview`, {
        method: 'PATCH',
        path: place,
        query: { fieldManager: `${MANAGER}-preview`, force: 'true', fieldValidation: 'Strict' },
        contentType: 'application/apply-patch+yaml',
        body: object,
      });
    await sweepPreviews(cluster, target.app);
  } catch (error) {
    if (statusOf(error) !== 403) throw error;
    reporter.warn(
      `the cluster will not remove the preview, because this account may not create the CronJob for that (${(error as Error).message}): run \`gati-deploy preview delete\` when you no longer need it`,
    );
  }
}

/**
 * Returns the changes since the live release of an environment; `undefined` if its contract is
 * missing.
 */
async function compare(
  cluster: Cluster,
  base: Target,
  manifest: Manifest,
): Promise<Change[] | undefined> {
  const before = readLiveContract(base, await readLiveState(cluster, base))?.manifest;
  return before && diffManifests(before, manifest).changes;
}
