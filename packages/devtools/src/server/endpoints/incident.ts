import { printIncident } from '@gati/runtime-h3/collector';
import { PanelError } from '../../http/problem.ts';
import { readCausalTrace } from '../causal-trace.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';

/** A trace with its runs, payloads and logs, as one HTML file. */
export const incident: Endpoint = defineEndpoint(
  'incidents/:id',
  [],
  async ({ source, app, now }, _query, id): Promise<{ name: string; html: string }> => {
    const trace = /^[\da-f]{32}$/.test(id) ? await readCausalTrace(source, id) : undefined;
    if (!trace) throw new PanelError(404, 'not_found', 'The store does not have this trace.');
    const { name, version } = app;
    const html = printIncident({ trace, app: { name, version }, createdAt: now });
    return { name: `incident-${id.slice(0, 12)}.html`, html };
  },
);
