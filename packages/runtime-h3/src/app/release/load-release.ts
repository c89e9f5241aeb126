import type { IncomingRequest } from '../request/incoming.ts';
import { sendProblem } from '../response/respond-error.ts';
import type { ReleaseState } from './release-state.ts';

/**
 * Waits for the code of a release. When it can't be loaded, responds with 503 and returns
 * `undefined`.
 */
export async function loadRelease(
  incoming: IncomingRequest,
  loading: ReleaseState | Promise<ReleaseState>,
): Promise<ReleaseState | undefined> {
  try {
    return await loading;
  } catch (error) {
    const { app } = incoming;
    app.logger.error('a release could not be loaded', { code: 'GATI_RELEASE_LOAD', error });
    const call = incoming.beginCall(
      app.noRelease,
      app.noRelease.unmatched(incoming.exchange.method),
    );
    sendProblem(call, 503, 'release_unavailable', undefined, ['retry-after', '1']);
    return undefined;
  }
}
