import type { KubeObject } from '../kube/cluster.ts';
import { differences, essenceOf, withRecord } from './essence.ts';
import type { ApplyStep } from './plan.ts';

/**
 * Returns the step that makes an object in the cluster equal to `object`.
 *
 * @param found the object in the cluster
 * @param force whether to replace values that other tools own
 */
export function toApplyStep(
  object: KubeObject,
  found: KubeObject | undefined,
  reason: string,
  force: boolean,
): ApplyStep {
  return {
    kind: 'apply',
    reason,
    object: withRecord(object),
    against: found ? essenceOf(found) : null,
    changes: found ? differences(object, found) : [],
    force,
  };
}
