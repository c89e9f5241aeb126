/**
 * OTLP's messages: types of their JSON form, and the numbers of their fields.
 *
 * @see https://github.com/open-telemetry/opentelemetry-proto (v1, trace, logs, metrics, collector)
 */
import type { MessageType } from './protobuf.ts';

export interface AnyValue {
  stringValue?: string;
  boolValue?: boolean;
  /** 64 bits as text. */
  intValue?: string;
  doubleValue?: number;
}

export interface KeyValue {
  key: string;
  value: AnyValue;
}

export interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  /** 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: 1 | 2 | 3 | 4 | 5;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: KeyValue[];
  links?: { traceId: string; spanId: string }[];
  /** 2: error. Absent: unset. */
  status?: { code: 2; message?: string };
}

export interface OtlpLog {
  timeUnixNano: string;
  observedTimeUnixNano: string;
  severityNumber: number;
  severityText: string;
  body: AnyValue;
  attributes: KeyValue[];
  traceId?: string;
  spanId?: string;
}

export interface OtlpExemplar {
  timeUnixNano: string;
  asDouble: number;
  spanId: string;
  traceId: string;
}

export interface OtlpHistogramPoint {
  startTimeUnixNano: string;
  timeUnixNano: string;
  count: string;
  sum: number;
  bucketCounts: string[];
  explicitBounds: number[];
  exemplars?: OtlpExemplar[];
  attributes: KeyValue[];
}

export interface OtlpMetric {
  name: string;
  description: string;
  unit: string;
  histogram: {
    dataPoints: OtlpHistogramPoint[];
    /** 2: cumulative. */
    aggregationTemporality: 2;
  };
}

const ANY_VALUE: MessageType = {
  stringValue: [1, 'string'],
  boolValue: [2, 'bool'],
  intValue: [3, 'int64'],
  doubleValue: [4, 'double'],
};
const KEY_VALUE: MessageType = { key: [1, 'string'], value: [2, ANY_VALUE] };
const RESOURCE: MessageType = { attributes: [1, KEY_VALUE] };
const SCOPE: MessageType = { name: [1, 'string'], version: [2, 'string'] };
const LINK: MessageType = { traceId: [1, 'hex'], spanId: [2, 'hex'] };
const STATUS: MessageType = { message: [2, 'string'], code: [3, 'uint32'] };

const SPAN: MessageType = {
  traceId: [1, 'hex'],
  spanId: [2, 'hex'],
  parentSpanId: [4, 'hex'],
  name: [5, 'string'],
  kind: [6, 'uint32'],
  startTimeUnixNano: [7, 'fixed64'],
  endTimeUnixNano: [8, 'fixed64'],
  attributes: [9, KEY_VALUE],
  links: [13, LINK],
  status: [15, STATUS],
};

const LOG: MessageType = {
  timeUnixNano: [1, 'fixed64'],
  severityNumber: [2, 'uint32'],
  severityText: [3, 'string'],
  body: [5, ANY_VALUE],
  attributes: [6, KEY_VALUE],
  traceId: [9, 'hex'],
  spanId: [10, 'hex'],
  observedTimeUnixNano: [11, 'fixed64'],
};

const EXEMPLAR: MessageType = {
  timeUnixNano: [2, 'fixed64'],
  asDouble: [3, 'double'],
  spanId: [4, 'hex'],
  traceId: [5, 'hex'],
};

const HISTOGRAM_POINT: MessageType = {
  startTimeUnixNano: [2, 'fixed64'],
  timeUnixNano: [3, 'fixed64'],
  count: [4, 'fixed64'],
  sum: [5, 'double'],
  bucketCounts: [6, 'packedFixed64'],
  explicitBounds: [7, 'packedDouble'],
  exemplars: [8, EXEMPLAR],
  attributes: [9, KEY_VALUE],
};

const HISTOGRAM: MessageType = {
  dataPoints: [1, HISTOGRAM_POINT],
  aggregationTemporality: [2, 'uint32'],
};

const METRIC: MessageType = {
  name: [1, 'string'],
  description: [2, 'string'],
  unit: [3, 'string'],
  histogram: [9, HISTOGRAM],
};

/** Describes a request: items by scope, by resource. All three signals have this shape. */
function requestType(
  resources: string,
  scopes: string,
  items: string,
  item: MessageType,
): MessageType {
  const inScope: MessageType = { scope: [1, SCOPE], [items]: [2, item] };
  const inResource: MessageType = { resource: [1, RESOURCE], [scopes]: [2, inScope] };
  return { [resources]: [1, inResource] };
}

/** Facts in which the signals differ. */
export const SIGNALS = {
  traces: {
    path: 'v1/traces',
    names: ['resourceSpans', 'scopeSpans', 'spans'],
    rejected: 'rejectedSpans',
    type: requestType('resourceSpans', 'scopeSpans', 'spans', SPAN),
  },
  logs: {
    path: 'v1/logs',
    names: ['resourceLogs', 'scopeLogs', 'logRecords'],
    rejected: 'rejectedLogRecords',
    type: requestType('resourceLogs', 'scopeLogs', 'logRecords', LOG),
  },
  metrics: {
    path: 'v1/metrics',
    names: ['resourceMetrics', 'scopeMetrics', 'metrics'],
    rejected: 'rejectedDataPoints',
    type: requestType('resourceMetrics', 'scopeMetrics', 'metrics', METRIC),
  },
} as const satisfies Record<
  string,
  {
    path: string;
    names: readonly [string, string, string];
    /** Member of `partialSuccess` in the response. */
    rejected: string;
    type: MessageType;
  }
>;

export type Signal = keyof typeof SIGNALS;

/** Returns the body of one request, as an object. */
export function toRequest(
  signal: Signal,
  resource: KeyValue[],
  items: readonly (OtlpSpan | OtlpLog | OtlpMetric)[],
): object {
  const [resources, scopes, name] = SIGNALS[signal].names;
  const scope = { name: '@gati/runtime-h3' };
  return {
    [resources]: [{ resource: { attributes: resource }, [scopes]: [{ scope, [name]: items }] }],
  };
}
