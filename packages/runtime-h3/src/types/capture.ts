/** Bodies and payloads that were captured, as plain data. Their secrets are hidden already. */
import type { RunOutcome } from './run-outcome.ts';

/**
 * Why a value was hidden:
 *
 * - `schema`: its schema has `format: password`, `writeOnly` or `x-gati-secret`.
 * - `name`: the name of its field or header looks like that of a secret.
 * - `token`: its text looks random, such as a key or a JSON Web Token.
 * - `card`: its digits are a card number.
 */
export type HiddenReason = 'schema' | 'name' | 'token' | 'card';

/** A value that was replaced by `[redacted]`. */
export interface HiddenValue {
  /** JSON Pointer in the body, or the name of the header or the parameter. */
  at: string;
  why: HiddenReason;
}

/** A captured body, payload or result. */
export interface CapturedBody {
  /** Media type; empty if the body has none. */
  type: string;
  /** Bytes of the whole body. Absent for a stream. */
  size?: number;
  /** Text with secrets hidden. Of the reasons in `omitted`, only `cut` has one. */
  text?: string;
  /**
   * Why there is no text, or not all of it:
   *
   * - `cut`: the text is longer than the limit.
   * - `large`: the body is too large to be searched for secrets.
   * - `malformed`: the JSON is broken, so its fields can't be checked by name.
   * - `unread`: the server did not read the body.
   */
  omitted?: 'cut' | 'binary' | 'stream' | 'large' | 'malformed' | 'unread';
  /** At most 50. */
  hidden?: HiddenValue[];
}

/** Header lines and body of a message. */
export interface CapturedMessage {
  /** Name and value of each header. */
  headers: [name: string, value: string][];
  body?: CapturedBody;
  /** Headers and parameters that were hidden. */
  hidden?: HiddenValue[];
}

interface CaptureBase {
  traceId: string;
  spanId: string;
  /** End in epoch milliseconds. */
  time: number;
  /** Microseconds. */
  us: number;
  /** Version of the release. */
  version: string;
  /** Process that captured it. */
  pid: number;
  /** Ids of the traps that caught it. Absent in development, which captures everything. */
  traps?: string[];
}

export interface RequestCapture extends CaptureBase {
  kind: 'request';
  method: string;
  /** Path template; empty if no route took the request. */
  route: string;
  status: number;
  /** Path and query, with credentials hidden. */
  target: string;
  request: CapturedMessage;
  response: CapturedMessage;
}

export interface RunCapture extends CaptureBase {
  kind: 'run';
  effect: string;
  job: string;
  attempt: number;
  outcome: RunOutcome;
  payload: CapturedBody;
  /** Absent if the run failed, or returned nothing. */
  result?: CapturedBody;
}

/** A request or a run with its payloads. */
export type CaptureRecord = RequestCapture | RunCapture;
