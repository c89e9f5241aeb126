import { type Cause } from './causes.ts';
import { cause, containerCause } from './container-cause.ts';
import type { Condition, Pod, Snapshot, Workload } from './snapshot.ts';

/**
 * Returns the reasons why the pods of a revision are not ready: one cause of each kind, the most
 * useful first. Empty while the pods start normally.
 */
export function findCauses(snapshot: Snapshot): Cause[] {
  const found = [
    ...snapshot.pods.flatMap(
      (pod) => containerCause(pod, snapshot) ?? podCause(pod, snapshot) ?? [],
    ),
    ...workloadCauses(snapshot),
  ];
  const byCode = new Map<string, Cause>();
  for (const each of found) if (!byCode.has(each.code)) byCode.set(each.code, each);
  return [...byCode.values()];
}

/** Cause of a pod whose container was not created. */
function podCause(pod: Pod, { events }: Snapshot): Cause | undefined {
  const { conditions = [], reason, message } = pod.status ?? {};
  if (reason === 'Evicted')
    return cause(
      pod,
      'evicted',
      message ?? 'the node ended it',
      'Raise `resources.memory`, the memory that the node reserves.',
    );
  const scheduled = conditions.find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return cause(
      pod,
      'unschedulable',
      scheduled.message ?? 'no node takes it',
      scheduleFix(scheduled.message ?? ''),
    );
  const about = events.filter(({ involvedObject }) => involvedObject?.uid === pod.metadata.uid);
  const volume = about.findLast(({ reason: why = '' }) =>
    /^Failed(?:Mount|AttachVolume)$/.test(why),
  );
  if (volume)
    return cause(
      pod,
      'volume',
      volume.message ?? '',
      'Check that the Secret or volume that the message names exists in the namespace.',
    );
  const sandbox = about.findLast(({ reason: why }) => why === 'FailedCreatePodSandBox');
  if (sandbox)
    return cause(
      pod,
      'network',
      sandbox.message ?? '',
      "The node can't give the pod a network: check the network plugin of the cluster.",
    );
  return undefined;
}

function scheduleFix(message: string): string {
  if (/Insufficient (?:cpu|memory)/.test(message))
    return 'Lower `resources.cpu`, `resources.memory` or `scale.min`, or add nodes. A cluster that adds nodes by itself needs some minutes.';
  const claim = /persistentvolumeclaim "([\w.-]+)"/.exec(message)?.[1];
  if (claim) return `Create the claim \`${claim}\` in the namespace, or remove the volume.`;
  if (/affinity\/selector|node selector/.test(message))
    return 'No node has the labels of the node selector: label a node, or correct the selector.';
  if (/pod (?:anti-)?affinity/.test(message))
    return 'No node satisfies the pod affinity: correct the rule that the message names.';
  if (/taint/.test(message)) return 'All other nodes have a taint: add nodes for apps.';
  return 'Add nodes that the pod fits on.';
}

/** Causes of pods that the cluster did not create. */
function workloadCauses({ deployment, replicaSets }: Snapshot): Cause[] {
  const failed = [...replicaSets, ...(deployment ? [deployment] : [])].flatMap((owner) => {
    const condition = owner.status?.conditions?.find(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    );
    return condition ? [rejection(owner, condition)] : [];
  });
  if (failed.length > 0) return failed;
  const { observedGeneration = 0 } = deployment?.status ?? {};
  if (deployment && observedGeneration < (deployment.metadata.generation ?? 0))
    return [
      {
        code: 'controller',
        object: `Deployment ${deployment.metadata.name}`,
        why: 'the cluster has not processed the Deployment',
        fix: 'Check the controller manager of the cluster: it creates the pods.',
        since: deployment.metadata.creationTimestamp,
      },
    ];
  return [];
}

function rejection(owner: Workload, { message = '', lastTransitionTime }: Condition): Cause {
  const common = {
    object: `${owner.kind ?? 'ReplicaSet'} ${owner.metadata.name}`,
    why: message.slice(0, 1000),
    since: lastTransitionTime,
  };
  if (/exceeded quota/.test(message))
    return {
      ...common,
      code: 'quota',
      fix: 'Ask for a larger quota of the namespace, or lower `resources` and `scale.min`.',
    };
  if (/(?:maximum|minimum) \w+ usage per|limit to request ratio/.test(message))
    return {
      ...common,
      code: 'quota',
      fix: /memory/.test(message)
        ? 'Change `resources.memory` and `resources.memoryLimit` to what the LimitRange of the namespace allows.'
        : 'Change `resources.cpu` and `resources.cpuLimit` to what the LimitRange of the namespace allows.',
    };
  if (/violates PodSecurity|denied|admission|policy|pod rejected/i.test(message))
    return {
      ...common,
      code: 'rejected',
      fix: 'A policy of the cluster rejects the pods: change the setting that the message names, or ask for an exception.',
    };
  return {
    ...common,
    code: 'not-created',
    fix: 'Correct what the message names, then run the same command again.',
  };
}
