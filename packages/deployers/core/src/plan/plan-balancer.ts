import { createLiveObjects } from '../objects/objects.ts';
import type { Target } from '../objects/target.ts';
import { toApplyStep } from './apply-step.ts';
import {
  canaryRevision,
  findLive,
  findObject,
  historyBefore,
  type LiveState,
} from './live-state.ts';
import type { ApplyStep } from './plan.ts';

/**
 * Plans the change of the Service that users reach, if its load balancer differs from the settings.
 *
 * @returns `undefined` if the load balancer matches the settings, if no release is live, or during
 *   a canary, whose deploy writes the Service
 */
export function planBalancer(target: Target, state: LiveState): ApplyStep | undefined {
  const live = findLive(state);
  if (!live || canaryRevision(state) !== undefined) return undefined;
  const { service } = createLiveObjects(target, live, historyBefore(state, live.revision));
  const found = findObject(state, service);
  const step = toApplyStep(service, found, 'the load balancer of the cloud', false);
  return found && step.changes.length > 0 ? step : undefined;
}
