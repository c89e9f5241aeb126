import { createHash } from 'node:crypto';
import { hideSecrets } from '../../telemetry/capture/secret-text.ts';
import type { CapturedBody, CaptureRecord } from '../../types/capture.ts';
import type { LogRecord } from '../../types/telemetry.ts';
import type { Trace } from '../../types/telemetry-source.ts';
import { formatLog, formatMs, formatTime } from '../command/format.ts';
import { createStyle } from '../../command/style.ts';
import { escapeHtml, type PrintText } from './escape-html.ts';
import { STYLE } from './style.ts';
import { type IncidentTable, printTable } from './table.ts';
import { printWaterfall } from './waterfall.ts';

/** Maximum number of bytes of a file. */
const MOST_BYTES = 2 * 1024 ** 2;
const MOST_LOGS = 1000;
const LONGEST_LINE = 2000;
const MOST_CAPTURES = 20;
const PLAIN = createStyle(false);

/** Contents of an incident file. */
export interface Incident {
  /** With the traces of the runs that it enqueued. */
  trace: Trace;
  /** Facts around the time of the trace, which a panel knows. */
  tables?: readonly IncidentTable[];
  app?: { name: string; version: string };
  /** Epoch milliseconds. */
  createdAt: number;
}

/**
 * Prints an incident as one HTML file without scripts. The policy of the file allows no request, so
 * it can be opened anywhere. All text is escaped, and texts that look like secrets are hidden.
 */
export function printIncident(incident: Incident): string {
  const file = printFile(incident, incident.trace.captures ?? [], incident.trace.logs);
  if (Buffer.byteLength(file) <= MOST_BYTES) return file;
  return printFile(incident, [], incident.trace.logs.slice(0, 200));
}

function printFile(
  { trace, tables = [], app, createdAt }: Incident,
  captures: readonly CaptureRecord[],
  logs: readonly LogRecord[],
): string {
  const hash = createHash('sha256').update(STYLE).digest('base64');
  const title = titleOf(trace);
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  const text = printer(trace.traceId);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${text(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<p class="quiet">Incident${app ? ` of ${text(`${app.name} ${app.version}`)}` : ''}, saved ${formatTime(createdAt)} UTC</p>
<h1>${text(title)}</h1>
<ul class="facts">${factsOf(trace)
    .map((fact) => `<li>${text(fact)}</li>`)
    .join('')}</ul>
${printWaterfall(trace, text)}
${tables.map((table) => printTable(table, text)).join('\n')}
${captures
  .slice(0, MOST_CAPTURES)
  .map((capture) => printCapture(capture, text))
  .join('\n')}
<h2>Logs</h2>
${
  logs.length === 0
    ? '<p class="quiet">No line.</p>'
    : `<pre>${logs
        .slice(0, MOST_LOGS)
        .map((log) => text(formatLog(log, PLAIN), LONGEST_LINE))
        .join('\n')}</pre>`
}
${trace.logs.length > logs.length ? '<p class="quiet">Further lines are left out.</p>' : ''}
</main>
</body>
</html>
`;
}

const printer =
  (known: string): PrintText =>
  (text, most = Infinity) => {
    const visible = hideSecrets(
      text,
      () => {},
      (token) => token === known || /^(?:[\da-f]{32}|[\da-f]{16})$/.test(token),
    );
    return escapeHtml(visible.length > most ? `${visible.slice(0, most)}…` : visible);
  };

function titleOf({ traceId, requests, runs }: Trace): string {
  const [request] = requests;
  if (request) return `${request.method} ${request.path} ${request.status}`;
  return runs[0] ? `Run of ${runs[0].effect}: ${runs[0].outcome}` : `Trace ${traceId}`;
}

function factsOf({ traceId, requests, runs }: Trace): string[] {
  const root = requests[0] ?? runs[0];
  if (!root) return [traceId];
  return [
    `${formatMs(root.us)} ms`,
    `${formatTime(root.time)} UTC`,
    `version ${root.version}`,
    traceId,
  ];
}

function printCapture(capture: CaptureRecord, text: PrintText): string {
  if (capture.kind === 'run')
    return [
      `<h2>Payload of ${text(capture.effect)}, attempt ${capture.attempt}</h2>`,
      printBody(capture.payload, text),
      ...(capture.result ? ['<h3>Result</h3>', printBody(capture.result, text)] : []),
    ].join('\n');
  return [
    `<h2>${text(`${capture.method} ${capture.target}`)}</h2>`,
    ...(['request', 'response'] as const).map((side) => {
      const { headers, body } = capture[side];
      const lines = headers.map(([name, value]) => `${name}: ${value}`).join('\n');
      return `<h3>${side === 'request' ? 'Request' : 'Response'}</h3>
<details><summary>${headers.length} headers</summary><pre>${text(lines)}</pre></details>
${body ? printBody(body, text) : '<p class="quiet">No body.</p>'}`;
    }),
  ].join('\n');
}

function printBody({ type, size, text: content, omitted }: CapturedBody, text: PrintText): string {
  const facts = [type || 'no type', size === undefined ? '' : `${size} bytes`, omitted ?? ''];
  return `<p class="quiet">${text(facts.filter(Boolean).join(', '))}</p>
${content === undefined ? '' : `<pre>${text(pretty(content))}</pre>`}`;
}

function pretty(content: string): string {
  try {
    return JSON.stringify(JSON.parse(content), undefined, 2);
  } catch {
    return content;
  }
}
