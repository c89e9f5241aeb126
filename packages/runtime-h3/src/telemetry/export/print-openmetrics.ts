import { type MetricFamily, printLabels, type SampleExemplar } from './metric-family.ts';

/**
 * Prints OpenMetrics 1.0.
 *
 * @see https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md
 */
export function printOpenMetrics(families: readonly MetricFamily[]): string {
  let text = '';
  for (const { name, type, unit, help, samples } of families) {
    text += `# TYPE ${name} ${type}\n`;
    if (unit !== undefined) text += `# UNIT ${name} ${unit}\n`;
    text += `# HELP ${name} ${help}\n`;
    for (const { suffix, labels, value, exemplar } of samples)
      text += `${name}${suffix}${printLabels(labels)} ${value}${printExemplar(exemplar)}\n`;
  }
  return `${text}# EOF\n`;
}

function printExemplar(exemplar: SampleExemplar | undefined): string {
  if (exemplar === undefined) return '';
  return ` # ${printLabels(exemplar.labels)} ${exemplar.value} ${exemplar.time}`;
}
