import { fetchJson } from './api.ts';

/** Downloads the incident file of a trace. */
export async function downloadIncident(traceId: string): Promise<void> {
  const { name, html } = await fetchJson<{ name: string; html: string }>(`incidents/${traceId}`);
  const url = URL.createObjectURL(new Blob([html], { type: 'text/html' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
