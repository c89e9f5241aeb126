import type { IncidentFile } from '../../api/incident.ts';
import { runAction } from './actions.ts';

/** Downloads the incident file of a trace. */
export async function downloadIncident(traceId: string): Promise<void> {
  const { name, html } = await runAction<IncidentFile>('incidents.write', { traceId });
  const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
