import { printIncident } from '@gati/runtime-h3/collector';
import type { AuditLog } from '../../access/audit.ts';
import { type Action, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { IncidentFile } from '../../api/incident.ts';
import { readCausalTrace } from '../causal-trace.ts';
import type { ReadContext } from '../endpoint.ts';
import { readSurroundings } from './surroundings.ts';

/** The action that writes an incident file. It needs a role that may read the audit log. */
export const incidentActions = (context: () => Promise<ReadContext>, audit: AuditLog): Action[] => [
  defineAction<{ traceId: string }>({
    name: 'incidents.write',
    summary: 'Writes a trace, and what happened around it, to one HTML file.',
    role: 'operator',
    stepUp: false,
    schema: closedObject({ traceId: { type: 'string', pattern: '^[\\da-f]{32}$' } }),
    async run({ traceId }): Promise<IncidentFile> {
      const at = await context();
      const { source, app, now } = at;
      const trace = await readCausalTrace(source, traceId);
      if (!trace) throw new PanelError(404, 'not_found', 'The store does not have this trace.');
      const html = printIncident({
        trace,
        tables: await readSurroundings(at, trace, audit),
        app: { name: app.name, version: app.version },
        createdAt: now,
      });
      return { name: `incident-${traceId.slice(0, 12)}.html`, html };
    },
  }),
];
