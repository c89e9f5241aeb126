/**
 * Metrics before they are printed: the data model that the text formats of Prometheus and of
 * OpenMetrics share.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'info';

export type Labels = Record<string, string | number>;

/** A request that is an example of a bucket. */
export interface SampleExemplar {
  /** Seconds. */
  value: number;
  /** Epoch seconds. */
  time: number;
  labels: Labels;
}

export interface Sample {
  /** Suffix of the sample's name after the name of its family: `_total`, `_bucket`, `_info`. */
  suffix: '' | '_total' | '_bucket' | '_sum' | '_count' | '_info';
  labels: Labels;
  value: number;
  exemplar?: SampleExemplar | undefined;
}

export interface MetricFamily {
  /** Without the suffix of a counter. Ends with the unit if there is one. */
  name: string;
  type: MetricType;
  unit?: 'seconds' | 'bytes' | 'ratio';
  help: string;
  samples: Sample[];
}

/** Escapes a value of a label. */
export function escapeLabel(text: string): string {
  return text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`);
}

/** Prints labels with their braces; nothing if there are none. */
export function printLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${escapeLabel(String(value))}"`,
  );
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
