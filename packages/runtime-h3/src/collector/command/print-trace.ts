import type { Style } from '../../command/style.ts';
import type { RunRecord } from '../../types/telemetry.ts';
import type { Trace } from '../../types/telemetry-source.ts';
import { isFailed } from '../run-of-log.ts';
import { inOrder, nodesOf } from '../trace-tree.ts';
import { formatLog, formatMs, formatTime, paintStatus } from './format.ts';

/** Maximum number of printed spans. The JSON document has all of them. */
const MAX_SPANS = 200;

/** Prints requests, spans and runs as a tree by time, and the log lines below it. */
export function printTrace(trace: Trace, style: Style): string[] {
  const { traceId, runs, logs, isCut } = trace;
  const nodes = nodesOf(trace, {
    request: (request) =>
      `${request.method} ${request.route || request.path} ${paintStatus(request.status, style)}`,
    span: (span) => `${span.name}${span.error === undefined ? '' : ` ${style.red(span.error)}`}`,
    run: (run) => describeRun(run, traceId, style),
  });
  const begin = nodes[0]?.start ?? logs[0]?.time ?? 0;
  const lines = [`${style.bold(traceId)}  ${formatTime(begin)}`];
  for (const { node, depth } of inOrder(nodes).slice(0, MAX_SPANS)) {
    const at = formatMs((node.start - begin) * 1000).padStart(8);
    const us = formatMs(node.us).padStart(8);
    lines.push(`${style.dim(`+${at}`)} ${us} ms  ${'  '.repeat(depth)}${node.text}`);
  }
  if (nodes.length > MAX_SPANS) lines.push(`… and ${nodes.length - MAX_SPANS} more spans`);
  if (isCut) lines.push(style.yellow('The trace has more than what is shown.'));
  for (const { enqueuedBy } of runs.filter((run) => run.traceId === traceId).slice(0, 1))
    if (enqueuedBy) lines.push(`enqueued by the trace ${enqueuedBy.traceId}`);
  if (logs.length > 0) lines.push('', ...logs.map((log) => formatLog(log, style)));
  return lines;
}

function describeRun(run: RunRecord, shown: string, style: Style): string {
  const { effect, attempt, outcome, traceId } = run;
  const text = `run ${effect}, attempt ${attempt}: ${isFailed(run) ? style.red(outcome) : outcome}`;
  return traceId === shown ? text : `${text} ${style.dim(`(trace ${traceId})`)}`;
}
