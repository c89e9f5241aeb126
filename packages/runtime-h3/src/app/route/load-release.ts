import type { Arrival } from '../request/incoming.ts';
import { sendProblem } from '../response/respond-error.ts';
import type { ReleaseState } from './route-plan.ts';

/** A release whose code is still in a file. What can't be loaded is answered 503, and `undefined`. */
export async function loadRelease(
  arrival: Arrival,
  loading: ReleaseState | Promise<ReleaseState>,
): Promise<ReleaseState | undefined> {
  try {
    return await loading;
  } catch (error) {
    const { core } = arrival;
    core.logger.error('a release could not be loaded', { code: 'GATI_RELEASE_LOAD', error });
    const call = arrival.begin(core.noRelease, core.noRelease.unmatched(arrival.exchange.method));
    sendProblem(call, 503, 'release_unavailable', undefined, ['retry-after', '1']);
    return undefined;
  }
}
