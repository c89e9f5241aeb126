import { type MetricFamily, printLabels } from './metric-family.ts';

/**
 * Prints Prometheus' text format 0.0.4, which has neither units nor exemplars.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function printPrometheus(families: readonly MetricFamily[]): string {
  let text = '';
  for (const { name, type, help, samples } of families) {
    // The suffixes of these types belong to the name of the family here.
    const full = type === 'counter' ? `${name}_total` : type === 'info' ? `${name}_info` : name;
    text += `# HELP ${full} ${help}\n# TYPE ${full} ${type === 'info' ? 'gauge' : type}\n`;
    for (const { suffix, labels, value } of samples)
      text += `${name}${suffix}${printLabels(labels)} ${value}\n`;
  }
  return text;
}
