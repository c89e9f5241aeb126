import type { ListPart, RequestRecord, TraceDetail } from '../../api/types.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { PanelError } from '../../http/problem.ts';
import { readCausalTrace } from '../causal-trace.ts';
import { toRange } from '../query.ts';

const DEFAULT_LIMIT = 100;

export const traces: Endpoint = defineEndpoint(
  'traces',
  ['from', 'to', 'limit', 'cursor', 'method', 'route', 'version', 'status', 'minUs', 'path'],
  (
    { source, now },
    { from, to, limit = DEFAULT_LIMIT, ...filters },
  ): Promise<ListPart<RequestRecord>> =>
    source.traces({ ...filters, ...toRange({ from, to }, now), limit }),
);

export const trace: Endpoint = defineEndpoint(
  'traces/:id',
  [],
  async ({ source }, _query, id): Promise<TraceDetail> => {
    const found = /^[\da-f]{32}$/.test(id) ? await readCausalTrace(source, id) : undefined;
    if (!found)
      throw new PanelError(
        404,
        'not_found',
        'The store does not have this trace, or has removed it.',
      );
    return found;
  },
);
