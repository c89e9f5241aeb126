import type { Explanation } from '../../api/explain.ts';
import { PanelError } from '../../http/problem.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { explainRejection } from '../explain/explain-rejection.ts';
import { findOtherReleases } from '../explain/other-releases.ts';

/** Why the request of a trace was rejected. */
export const explanation: Endpoint = defineEndpoint(
  'explain/:id',
  [],
  async (context, _query, id): Promise<Explanation> => {
    const trace = /^[\da-f]{32}$/.test(id) ? await context.source.trace(id) : undefined;
    const request = trace?.requests.find(({ status }) => status >= 400 && status < 500);
    if (!trace || !request)
      throw new PanelError(404, 'not_found', 'No request of this trace was rejected.');
    const explained = explainRejection(request, trace.logs, context.app);
    const releases = await findOtherReleases(context, request, explained.violations).catch(
      () => [],
    );
    return { ...explained, releases };
  },
);
