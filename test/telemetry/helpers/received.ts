/** Reads what the OpenTelemetry Collector wrote: OTLP's JSON. */

interface KeyValue {
  key: string;
  value: Record<string, unknown>;
}

interface Item {
  attributes?: KeyValue[];
  traceId?: string;
  spanId?: string;
}

export interface ReceivedSpan extends Item {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  links?: { traceId: string; spanId: string }[];
  status?: { code?: number };
}

export interface ReceivedLog extends Item {
  body: { stringValue?: string };
}

export interface ReceivedPoint extends Item {
  count: string;
  exemplars?: { traceId: string; spanId: string }[];
}

export interface Received {
  spans: ReceivedSpan[];
  logs: ReceivedLog[];
  /** Newest first. */
  points: ReceivedPoint[];
  resources: Record<string, unknown>[];
}

/** Attributes by name, with values as the JSON has them: integers are texts. */
export function attributesOf({ attributes = [] }: Item): Record<string, string> {
  return Object.fromEntries(
    attributes.map(({ key, value }) => [key, Object.values(value)[0] as string]),
  );
}

/** Returns what processes with these attributes of the resource sent. */
export function itemsIn(
  requests: Record<string, unknown>[],
  resource: Record<string, string>,
): Received {
  const found: Received = { spans: [], logs: [], points: [], resources: [] };
  interface Group {
    resource: Item;
    [scopes: string]: unknown;
  }
  for (const request of requests)
    for (const [kind, groups] of Object.entries(request) as [string, Group[]][])
      for (const group of groups) {
        const attributes = attributesOf(group.resource);
        if (Object.entries(resource).some(([name, value]) => attributes[name] !== value)) continue;
        found.resources.push(attributes);
        const scopes = (group['scopeSpans'] ??
          group['scopeLogs'] ??
          group['scopeMetrics'] ??
          []) as Record<string, unknown>[];
        for (const scope of scopes) {
          if (kind === 'resourceSpans') found.spans.push(...(scope['spans'] as ReceivedSpan[]));
          if (kind === 'resourceLogs') found.logs.push(...(scope['logRecords'] as ReceivedLog[]));
          if (kind === 'resourceMetrics')
            for (const metric of scope['metrics'] as {
              histogram: { dataPoints: ReceivedPoint[] };
            }[])
              found.points.unshift(...metric.histogram.dataPoints);
        }
      }
  return found;
}
