import { randomBytes } from 'node:crypto';
import os from 'node:os';
import { GatiError } from '@gati/contract';
import type { Cluster, KubeObject } from '../kube/cluster.ts';
import { kubeError } from '../kube/errors.ts';
import { identityLabels } from '../objects/labels.ts';
import { leaseName } from '../objects/names.ts';
import type { Target } from '../objects/target.ts';

/** Seconds after which a lease whose holder is gone may be taken. */
const DURATION = 20;

interface LeaseSpec {
  holderIdentity?: string;
  leaseDurationSeconds?: number;
  acquireTime?: string;
  renewTime?: string;
}

/**
 * Prevents two deploys of one app at the same time. The lease of a holder that is killed ends by
 * itself.
 */
export class Lease {
  readonly #cluster: Cluster;
  readonly #path: string;
  readonly #identity: string;
  #object: KubeObject;
  /** Monotonic milliseconds of the last renewal. */
  #renewed = performance.now();

  private constructor(
    cluster: Cluster,
    { path, object, holder }: { path: string; object: KubeObject; holder: string },
  ) {
    this.#cluster = cluster;
    this.#path = path;
    this.#object = object;
    this.#identity = `${holder} ${process.pid}-${randomBytes(4).toString('hex')}`;
  }

  /**
   * Takes the lease.
   *
   * @param holder shown to users; the user of this machine by default
   * @throws {GatiError} GATI_DEPLOY_BUSY when another deploy holds it
   */
  static async acquire(
    cluster: Cluster,
    target: Pick<Target, 'app' | 'environment' | 'namespace'>,
    holder = `${os.userInfo().username}@${os.hostname()}`,
  ): Promise<Lease> {
    const folder = `apis/coordination.k8s.io/v1/namespaces/${target.namespace}/leases`;
    const name = leaseName(target);
    const path = `${folder}/${name}`;
    for (let count = 0; ; count++) {
      const found = await cluster.get(path);
      assertFree(cluster, found, target);
      const metadata = { name, namespace: target.namespace, labels: identityLabels(target) };
      const head = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' };
      const lease = new Lease(cluster, { path, object: found ?? { ...head, metadata }, holder });
      const { status, value } = await cluster.request(
        found
          ? { method: 'PUT', path, body: lease.#next(true) }
          : { method: 'POST', path: folder, body: lease.#next(true) },
      );
      if (status === 200 || status === 201) {
        lease.#object = value as KubeObject;
        lease.#renewed = performance.now();
        return lease;
      }
      // Another deploy was faster. Read the lease that it wrote.
      if (status !== 409 || count > 5)
        throw kubeError("Can't take the lease of the deploy", status, value);
    }
  }

  /**
   * Makes sure that the lease is held, and renews it in time. Call it before each write.
   *
   * @throws {GatiError} GATI_DEPLOY_BUSY when another deploy took it while this one was stopped
   */
  async hold(): Promise<void> {
    if (performance.now() - this.#renewed < (DURATION * 1000) / 4) return;
    const { status, value } = await this.#cluster.request({
      method: 'PUT',
      path: this.#path,
      body: this.#next(false),
    });
    if (status === 409 || status === 404)
      throw new GatiError({
        code: 'GATI_DEPLOY_BUSY',
        message: 'Another deploy took over, because this one was stopped for too long.',
        fix: 'Wait until the other deploy has ended. `gati-deploy status` shows its result.',
      });
    if (status !== 200) throw kubeError("Can't renew the lease of the deploy", status, value);
    this.#object = value as KubeObject;
    this.#renewed = performance.now();
  }

  /** Releases the lease. A lease that was lost stays with its new holder. */
  async release(): Promise<void> {
    const { resourceVersion, uid } = this.#object.metadata;
    await this.#cluster
      .request({
        method: 'DELETE',
        path: this.#path,
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          preconditions: { uid, resourceVersion },
        },
      })
      .catch(() => {});
  }

  #next(isNew: boolean): KubeObject {
    const now = toMicroTime(this.#cluster.now());
    const before = (this.#object['spec'] ?? {}) as LeaseSpec;
    const spec: LeaseSpec = {
      holderIdentity: this.#identity,
      leaseDurationSeconds: DURATION,
      acquireTime: isNew ? now : before.acquireTime,
      renewTime: now,
    };
    return { ...this.#object, spec };
  }
}

/** Compares times of the API server's clock, so that the clocks of two machines may differ. */
function assertFree(
  cluster: Cluster,
  lease: KubeObject | undefined,
  { app }: Pick<Target, 'app'>,
): void {
  const {
    holderIdentity,
    renewTime,
    acquireTime,
    leaseDurationSeconds = DURATION,
  } = (lease?.['spec'] ?? {}) as LeaseSpec;
  if (!holderIdentity || !renewTime) return;
  const ends = Date.parse(renewTime) + leaseDurationSeconds * 1000;
  if (!(cluster.now() < ends)) return;
  const seconds = Math.ceil((ends - cluster.now()) / 1000);
  throw new GatiError({
    code: 'GATI_DEPLOY_BUSY',
    message: `${holderIdentity.slice(0, 200)} deploys ${app} since ${acquireTime ?? renewTime}.`,
    fix: `Wait for it. If it was killed, its lease ends in ${seconds} seconds, and the same command works then.`,
  });
}

/** The time format of leases has microseconds. */
const toMicroTime = (milliseconds: number): string =>
  new Date(milliseconds).toISOString().replace('Z', '000Z');
