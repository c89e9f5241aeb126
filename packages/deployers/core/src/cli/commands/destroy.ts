import { usageError } from '@gati/runtime-h3/command';
import { Lease } from '../../apply/lease.ts';
import { kubeError } from '../../kube/errors.ts';
import { nameOf } from '../../kube/kinds.ts';
import { LABELS } from '../../objects/labels.ts';
import { setId } from '../../objects/objects.ts';
import { toRequest } from '../../plan/plan.ts';
import { type Call, OK } from '../command.ts';
import { readDeployed } from '../read-deployed.ts';

/** `gati-deploy destroy [ENV] --yes`: removes the objects that deploys created. */
export async function run(call: Call): Promise<number> {
  const { reporter, words, options } = call;
  const { cluster, target, state } = await readDeployed(call, words[0]);
  const own = state.objects.filter(({ metadata: { labels = {} } }) =>
    [labels[LABELS.partOf], labels['applyset.kubernetes.io/id']].includes(setId(target)),
  );
  for (const object of own) reporter.line(`  ${nameOf(object)}`);
  if (own.length === 0) {
    reporter.line(`${target.app} is not deployed in ${target.namespace}`);
    reporter.document({ deleted: [] });
    return OK;
  }
  if (options['yes'] !== true)
    throw usageError(
      `this removes ${own.length} objects of ${target.app} in ${target.namespace}`,
      'Add `--yes` to do it. Secrets and the namespace stay.',
    );
  const lease = await Lease.acquire(cluster, target);
  try {
    // The set is last, so that a run after a stopped one finds the other objects by it.
    const ordered = [...own].sort(
      (a, b) => Number(a.kind === 'ConfigMap') - Number(b.kind === 'ConfigMap'),
    );
    for (const { kind, metadata } of ordered) {
      const request = toRequest({
        kind: 'delete',
        reason: 'destroy',
        object: { kind, name: metadata.name, namespace: target.namespace },
        uid: metadata.uid!,
      })!;
      const { status, value } = await cluster.request(request);
      if (status >= 300 && status !== 404)
        throw kubeError(`Can't delete ${kind} ${metadata.name}`, status, value);
    }
  } finally {
    await lease.release();
  }
  reporter.line(
    `removed ${own.length} objects. Secrets and the namespace ${target.namespace} stay.`,
  );
  reporter.document({ deleted: own.map(({ kind, metadata }) => ({ kind, name: metadata.name })) });
  return OK;
}
