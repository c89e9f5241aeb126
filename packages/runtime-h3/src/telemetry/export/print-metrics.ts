import { acceptsOpenMetrics } from './accepts-openmetrics.ts';
import { toFamilies } from './to-families.ts';
import { printOpenMetrics } from './print-openmetrics.ts';
import { printPrometheus } from './print-prometheus.ts';
import type { ServerMetrics } from './server-metrics.ts';

/** Text of `/metrics`, and its media type. */
export interface PrintedMetrics {
  type: string;
  text: string;
}

/** Prints the metrics of a server in the format that a client accepts. */
export function printMetrics(metrics: ServerMetrics, accept?: string): PrintedMetrics {
  const families = toFamilies(metrics);
  return acceptsOpenMetrics(accept)
    ? {
        type: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
        text: printOpenMetrics(families),
      }
    : { type: 'text/plain; version=0.0.4; charset=utf-8', text: printPrometheus(families) };
}
