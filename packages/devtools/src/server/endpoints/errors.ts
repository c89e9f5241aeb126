import type { ErrorGroup, ListPart } from '../../api/types.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange } from '../query.ts';

const DEFAULT_LIMIT = 100;

export const errors: Endpoint = defineEndpoint(
  'errors',
  ['from', 'to', 'limit', 'cursor'],
  ({ source, now }, { from, to, limit = DEFAULT_LIMIT, cursor }): Promise<ListPart<ErrorGroup>> =>
    source.errors({
      ...toRange({ from, to }, now),
      limit,
      ...(cursor !== undefined && { cursor }),
    }),
);
