import type { CallLog, LoggedCall } from './call-log.ts';
import type { InspectorNode, StatePayload } from './types.ts';

const GREEN = 0x1a7f37;
const AMBER = 0x9a6700;
const RED = 0xc9302c;
const GREY = 0x6b7280;

/** Returns the tree of the inspector: the routes, each with its last calls. */
export function printTree(routes: readonly string[], log: CallLog, filter = ''): InspectorNode[] {
  const text = filter.toLowerCase();
  return [...new Set([...routes, ...log.routes()])]
    .filter((route) => route.toLowerCase().includes(text))
    .map((route) => {
      const calls = log.of(route);
      return {
        id: route,
        label: route,
        ...(calls[0] && { tags: [tagOf(calls[0])] }),
        children: calls.map((call) => ({
          id: idOf(call),
          label: new URL(call.url).pathname,
          tags: [tagOf(call)],
        })),
      };
    });
}

/** Returns the state of a node of the tree. */
export function printState(
  nodeId: string,
  log: CallLog,
  traceUrl: TraceUrl,
): StatePayload['state'] {
  const call = callOf(nodeId, log);
  if (call) return { call: toEntries(describeCall(call, traceUrl)) };
  const calls = log.of(nodeId);
  return {
    route: toEntries({ route: nodeId }),
    'last calls': calls.map((one) => ({ key: `#${one.id}`, value: describeCall(one, traceUrl) })),
  };
}

/** Returns the URL of a trace in the panel, or `undefined` if there is no panel. */
export type TraceUrl = (traceId: string) => string | undefined;

/** Facts about a call, without those that are not known. */
export function describeCall(call: LoggedCall, traceUrl: TraceUrl): Record<string, unknown> {
  const { route, url, status, duration, version, failure, attempts, traceId } = call;
  return dropUndefined({
    route,
    url,
    status: status ?? 'running',
    duration: duration === undefined ? undefined : `${duration.toFixed(1)} ms`,
    version,
    failure,
    attempts: attempts > 1 ? attempts : undefined,
    'trace id': traceId || undefined,
    'trace in the panel': traceId ? traceUrl(traceId) : undefined,
  });
}

/** Returns the call of a node, or `undefined` for the node of a route. */
export const callOf = (nodeId: string, log: CallLog): LoggedCall | undefined =>
  nodeId.startsWith(CALL) ? log.find(Number(nodeId.slice(CALL.length))) : undefined;

const CALL = 'call ';

const idOf = ({ id }: LoggedCall): string => CALL + String(id);

function tagOf({ status }: LoggedCall): {
  label: string;
  textColor: number;
  backgroundColor: number;
} {
  const [label, backgroundColor] =
    status === undefined
      ? ['…', GREY]
      : [
          status === 0 ? 'no response' : String(status),
          status === 0 || status >= 500 ? RED : status >= 400 ? AMBER : GREEN,
        ];
  return { label: String(label), textColor: 0xffffff, backgroundColor: Number(backgroundColor) };
}

const toEntries = (facts: Record<string, unknown>): { key: string; value: unknown }[] =>
  Object.entries(facts).map(([key, value]) => ({ key, value }));

const dropUndefined = (facts: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
