import type { ListPart, LogRecord, LogVolume } from '../../api/types.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange, toStep } from '../query.ts';

const DEFAULT_LIMIT = 200;

export const logs: Endpoint = defineEndpoint(
  'logs',
  ['from', 'to', 'limit', 'cursor', 'level', 'text', 'traceId', 'route', 'version'],
  (
    { source, now },
    { from, to, limit = DEFAULT_LIMIT, ...filters },
  ): Promise<ListPart<LogRecord>> =>
    source.logs({ ...filters, ...toRange({ from, to }, now), limit }),
);

export const logVolume: Endpoint = defineEndpoint(
  'logs/volume',
  ['from', 'to', 'step', 'level', 'text', 'traceId', 'route', 'version'],
  async ({ source, now }, { from, to, step, ...filters }): Promise<LogVolume> => {
    const range = toRange({ from, to }, now);
    const used = toStep(range, step);
    return { step: used, points: await source.logVolume({ ...filters, ...range, step: used }) };
  },
);
