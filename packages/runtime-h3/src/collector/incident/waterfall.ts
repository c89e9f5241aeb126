import type { Trace } from '../../types/telemetry-source.ts';
import { formatMs } from '../command/format.ts';
import { type Describe, inOrder, nodesOf } from '../trace-tree.ts';
import type { PrintText } from './escape-html.ts';

/** Maximum number of rows. */
const MOST_ROWS = 1000;
const INDENT = '\u00A0\u00A0';

/** Prints requests, runs and spans as a table with bars. */
export function printWaterfall(trace: Trace, text: PrintText): string {
  const nodes = inOrder(nodesOf(trace, DESCRIBE));
  if (nodes.length === 0) return '';
  const begin = Math.min(...nodes.map(({ node }) => node.start));
  const end = Math.max(...nodes.map(({ node }) => node.start + node.us / 1000));
  const scale = 1000 / Math.max(end - begin, 0.001);
  const rows = nodes.slice(0, MOST_ROWS).map(({ node, depth }) => {
    const x = ((node.start - begin) * scale).toFixed(1);
    const width = Math.max((node.us / 1000) * scale, 2).toFixed(1);
    const label = `${INDENT.repeat(depth)}${node.text}`;
    return `<tr${node.isFailed ? ' class="bad"' : ''}><td>${text(label)}</td><td><svg viewBox="0 0 1000 10" preserveAspectRatio="none" aria-hidden="true"><rect x="${x}" width="${width}" height="10"/></svg></td><td>${formatMs(node.us)} ms</td></tr>`;
  });
  return `<h2>Trace</h2>
<table class="waterfall"><tbody>${rows.join('')}</tbody></table>
${nodes.length > MOST_ROWS ? `<p class="quiet">And ${nodes.length - MOST_ROWS} more spans.</p>` : ''}`;
}

const DESCRIBE: Describe = {
  request: ({ method, route, path, status }) => `${method} ${route || path} ${status}`,
  span: ({ name, error }) => (error === undefined ? name : `${name}: ${error}`),
  run: ({ effect, attempt, outcome }) => `run ${effect}, attempt ${attempt}: ${outcome}`,
};
