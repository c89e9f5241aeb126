/** Maximum number of characters of `Accept` that are read. */
const MAX_LENGTH = 2000;

/**
 * Whether a client prefers OpenMetrics 1.0 to Prometheus' text format, by its header `Accept` (RFC
 * 9110, section 12.5.1). A client that names neither gets the text format.
 */
export function acceptsOpenMetrics(accept: string | undefined): boolean {
  let openMetrics = 0;
  let text: number | undefined;
  for (const range of (accept ?? '').slice(0, MAX_LENGTH).split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const { q = '1', version } = Object.fromEntries(
      parameters.map((parameter) => parameter.split('=').map((part) => part.trim())),
    ) as Record<string, string>;
    const weight = /^(?:0(?:\.\d*)?|1(?:\.0*)?)$/.test(q) ? Number(q) : 0;
    if (type === 'application/openmetrics-text') {
      if (version === undefined || version.replaceAll('"', '') === '1.0.0')
        openMetrics = Math.max(openMetrics, weight);
    } else if (type === 'text/plain') text = Math.max(text ?? 0, weight);
  }
  return openMetrics > 0 && openMetrics >= (text ?? 0);
}
