import { printMetrics as printText, type ServerMetrics } from './prometheus.ts';

/** Text of `/metrics`, and its media type. */
export interface PrintedMetrics {
  type: string;
  text: string;
}

/** Prints the metrics of a server in the format that a client accepts. */
export function printMetrics(metrics: ServerMetrics, _accept: string | undefined): PrintedMetrics {
  return { type: 'text/plain; version=0.0.4; charset=utf-8', text: printText(metrics) };
}
