import { isCloud } from '../../cloud/load-cloud.ts';
import type { Provider, Settings } from '../../config/settings.ts';
import { type Check, failed, ok, runCheck } from '../../doctor/check.ts';
import { checkCaa, checkDelegation, systemLookup } from '../../doctor/check-dns.ts';
import { checkRegistry } from '../../doctor/check-registry.ts';
import { checkArchitecture, checkQuota, checkReachable } from '../../doctor/cluster-checks.ts';
import { checkPermissions } from '../../doctor/permissions.ts';
import { Cluster } from '../../kube/cluster.ts';
import { readAccess } from '../../kube/kubeconfig.ts';
import { type Target, toTarget } from '../../objects/target.ts';
import type { RegistryOptions } from '../../registry/client.ts';
import { openCloud } from '../cloud-step.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { readAppName, readEnvironment } from '../read-app.ts';

const PLATFORMS = ['linux/amd64', 'linux/arm64'];
/** CAA domains of the certificate authorities that the edges of clouds use. */
const ISSUERS: Partial<Record<Provider, string[]>> = {
  aws: ['amazon.com', 'amazontrust.com', 'awstrust.com', 'amazonaws.com'],
};

/** `gati-deploy doctor [ENV]`: checks what a deploy needs, and changes nothing. */
export async function run(call: Call): Promise<number> {
  const { root, words, reporter } = call;
  const { environment, settings } = readEnvironment(call, words[0]);
  const target = toTarget(readAppName(root), environment, settings);
  const checks: Check[] = [];
  const add = (check: Check): Check => {
    checks.push(check);
    print(call, check);
    return check;
  };
  const open = await openTarget(call, target, add);
  if (open.cluster) {
    const { cluster } = open;
    const reached = add(await runCheck('cluster', () => checkReachable(cluster)));
    if (reached.state === 'ok') for (const check of await inCluster(cluster, target)) add(check);
  }
  const { provider = 'kubernetes' } = settings;
  // Containers on this machine need no registry, and a cloud may not have a registry yet.
  if (open.repository !== undefined || (provider !== 'local' && !isCloud(provider)))
    add(await runCheck('registry', () => checkRegistry(open.repository, open.registry)));
  for (const check of await atHost(settings)) add(check);
  const isWell = checks.every(({ state }) => state !== 'failed');
  reporter.document({ ok: isWell, checks });
  return isWell ? OK : FINDING;
}

interface OpenTarget {
  cluster?: Cluster;
  repository?: string;
  registry?: RegistryOptions;
}

/** Opens the cluster and the registry if they exist. */
async function openTarget(
  { root }: Call,
  target: Target,
  add: (check: Check) => Check,
): Promise<OpenTarget> {
  const { settings } = target;
  const { provider = 'kubernetes', image } = settings;
  const repository = image?.repository;
  if (provider === 'local' || provider === 'custom') return { repository };
  const open: OpenTarget = { repository };
  const name = 'credentials';
  await runCheck(name, async () => {
    if (!isCloud(provider)) {
      open.cluster = new Cluster(readAccess(settings.kubernetes?.context));
      return ok(name, `context ${open.cluster.access.context} of the kubeconfig`);
    }
    const { session } = await openCloud(provider, target, root);
    const { account, region, user } = session.identity;
    if (await session.hasCluster()) open.cluster = new Cluster(await session.cluster());
    const [first] = session
      .resources({ createCluster: false })
      .filter(({ service }) => service === 'registry');
    if (await first?.find()) {
      const { repository: own, credentials } = await session.registry();
      open.repository = own;
      open.registry = { credentials: async () => credentials };
    }
    return ok(name, `account ${account}, ${region}, ${user}`);
  }).then(add);
  if (isCloud(provider) && !open.cluster)
    add(
      failed(
        'cluster',
        'there is no cluster yet',
        'Set `cloud.cluster` to an existing one, or run `gati-deploy cluster create`.',
      ),
    );
  return open;
}

async function inCluster(cluster: Cluster, target: Target): Promise<Check[]> {
  const { namespace, settings } = target;
  const hasNamespace = async (): Promise<boolean> =>
    (await cluster.request({ method: 'GET', path: `api/v1/namespaces/${namespace}` })).status ===
    200;
  return [
    await runCheck('permissions', async () =>
      checkPermissions(cluster, target, await hasNamespace()),
    ),
    await runCheck('quota', () => checkQuota(cluster, target)),
    await runCheck('architecture', () =>
      checkArchitecture(cluster, settings.image?.platforms ?? PLATFORMS),
    ),
  ];
}

async function atHost({ url, provider = 'kubernetes' }: Settings): Promise<Check[]> {
  const { hostname = '' } = url !== undefined && URL.canParse(url) ? new URL(url) : {};
  if (!hostname.includes('.') || /^[\d.]+$|^\[/.test(hostname)) return [];
  return [
    await runCheck('DNS', () => checkDelegation(hostname, systemLookup)),
    await runCheck('CAA', () => checkCaa(hostname, ISSUERS[provider] ?? [], systemLookup)),
  ];
}

function print({ reporter }: Call, { name, state, why, fix }: Check): void {
  const { style } = reporter;
  const shown = { ok: style.green('ok     '), failed: style.red('failed '), skipped: 'skipped' };
  reporter.line(`${shown[state]}  ${name.padEnd(12)}  ${why}`);
  if (fix !== undefined) reporter.line(`         ${' '.repeat(12)}  ${fix}`);
  reporter.event('check', { name, state, why, fix });
}
