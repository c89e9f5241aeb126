import type { Defs, EffectContract, RouteContract, Schema } from '@gati/contract';
import type {
  CaptureRecord,
  CapturedBody,
  CapturedMessage,
  RequestCapture,
  RunCapture,
} from '../../types/capture.ts';
import type { Payload } from '../../types/exchange.ts';
import type { RunOutcome } from '../../types/telemetry.ts';
import type { ArmedTrap } from '../../types/trap.ts';
import type { LogSink } from '../record/recorder.ts';
import type { Trace } from '../trace/trace.ts';
import { captureBody, hiddenOf } from './capture-body.ts';
import { PayloadRedactor, type RedactorOptions } from './payload-redactor.ts';
import { canMatch, matchesEnd, matchesRun, type RequestFacts } from './trap-match.ts';

/** Maximum number of bytes of responses that wait for the end of their requests. */
const MOST_HELD = 8 * 1024 ** 2;
const RATE = 2 * 1024 ** 2;
const MOST_HEADERS = 100;
const LONGEST_HEADER = 1024;
/** Characters of all headers of a message. */
const LONGEST_HEADERS = 8 * 1024;
const LONGEST_TARGET = 2048;

/** The response of a call, until the call ends. */
export interface SentResponse {
  /** Names and values in turn. */
  headers: readonly string[];
  body: Payload | 'stream';
}

/** Call whose request and response can be captured. */
export interface CapturedCall {
  readonly traceId: string;
  readonly spanId: string;
  readonly requestId: string;
  readonly version: string;
  readonly exchange: {
    readonly method: string;
    readonly target: string;
    header(name: string): string | undefined;
    headers(): Record<string, string | undefined>;
    hasBody(): boolean;
  };
  readonly rawBody: Uint8Array | undefined;
  /** Absent if no route took the request. */
  readonly plan:
    | { readonly body: { readonly input: { readonly schema: Schema } } | undefined }
    | undefined;
  readonly routeState: { readonly route: { readonly id: string; readonly path: string } };
  readonly release: {
    readonly bundle: { readonly contract: { routes: RouteContract[]; $defs: Defs } };
  };
  trace: Trace | undefined;
  sent: SentResponse | undefined;
}

/** A run that ended. */
export interface CapturedRun {
  traceId: string;
  spanId: string;
  effect: string;
  job: string;
  attempt: number;
  version: string;
  outcome: RunOutcome;
  us: number;
  time: number;
  /** JSON. */
  payload: string;
  /** JSON. */
  result: string | undefined;
  schemas: Partial<Pick<EffectContract, 'payload' | 'result'>>;
  $defs: Defs;
}

export interface PayloadCaptureOptions {
  /** Receives lines `{"capture":{…}}`. */
  sink: LogSink;
  /** Replaces the secrets of the configuration. */
  redact(text: string): string;
  /** Captures everything, as development does. */
  all?: boolean;
  /** Characters of captures per second and, at most, at once. More are dropped and counted. */
  rate?: number;
}

interface LocalTrap extends ArmedTrap {
  /** `performance.now()` */
  until: number;
}

/**
 * Captures requests and runs with their payloads, if they match a trap. It exists only while it has
 * something to capture.
 */
export class PayloadCapture {
  readonly #options: PayloadCaptureOptions;
  #traps: LocalTrap[] = [];
  #held = 0;
  readonly #rate: number;
  #left: number;
  #filledAt: number = performance.now();
  /** Captures that were dropped and are not reported yet. */
  #dropped = 0;

  constructor(options: PayloadCaptureOptions) {
    this.#options = options;
    this.#rate = options.rate ?? RATE;
    this.#left = this.#rate;
  }

  /** Replaces the armed traps. */
  arm(traps: readonly ArmedTrap[]): void {
    const now = performance.now();
    this.#traps = traps.map((trap) => ({ ...trap, until: now + trap.within }));
  }

  /** Whether anything can still be captured. */
  get isArmed(): boolean {
    return this.#options.all === true || this.#open().length > 0;
  }

  /** Keeps the response of a call that may match until the call ends. */
  keepResponse(call: CapturedCall, headers: readonly string[], body: SentResponse['body']): void {
    if (this.#options.all !== true && this.#candidates(call).length === 0) return;
    const bytes = sizeOf(body);
    if (this.#held + bytes > MOST_HELD) return void this.#dropped++;
    this.#held += bytes;
    call.sent = { headers: [...headers], body };
  }

  /** Captures a call that matches. Its trace is kept then. */
  endCall(call: CapturedCall, status: number, us: number): void {
    const { sent } = call;
    call.sent = undefined;
    if (sent !== undefined) this.#held -= sizeOf(sent.body);
    const caught = this.#candidates(call).filter(({ where }) => matchesEnd(where, status, us));
    if (caught.length === 0 && this.#options.all !== true) return;
    const record = this.#describeCall(call, sent, status, us);
    if (this.#print(record, caught) && call.trace !== undefined) call.trace.isTrapped = true;
  }

  /** Captures a run that matches. Returns whether it did. */
  endRun(run: CapturedRun): boolean {
    const caught = this.#open().filter(({ where }) => matchesRun(where, run));
    if (caught.length === 0 && this.#options.all !== true) return false;
    return this.#print(this.#describeRun(run), caught);
  }

  #open(): LocalTrap[] {
    if (this.#traps.length === 0) return this.#traps;
    const now = performance.now();
    return this.#traps.filter(({ left, until }) => left > 0 && now < until);
  }

  #candidates(call: CapturedCall): LocalTrap[] {
    const open = this.#open();
    if (open.length === 0) return open;
    const facts: RequestFacts = {
      method: call.exchange.method,
      route: call.routeState.route.path,
      version: call.version,
      hasHeader: (name) => call.exchange.header(name) !== undefined,
    };
    return open.filter(({ where }) => canMatch(where, facts));
  }

  #redactor(known: string[], $defs: Defs): PayloadRedactor {
    const { redact } = this.#options;
    return new PayloadRedactor({ redact, known, $defs } satisfies RedactorOptions);
  }

  #describeCall(
    call: CapturedCall,
    sent: SentResponse | undefined,
    status: number,
    us: number,
  ): RequestCapture {
    const { traceId, spanId, requestId, version, exchange, rawBody } = call;
    const { routes, $defs } = call.release.bundle.contract;
    const { id, path } = call.routeState.route;
    const contract = id === '' ? undefined : routes.find((route) => route.id === id);
    const redactor = (): PayloadRedactor => this.#redactor([traceId, requestId], $defs);
    const ofRequest = redactor();
    const target = ofRequest.target(exchange.target).slice(0, LONGEST_TARGET);
    const requestHeaders = Object.entries(exchange.headers());
    const responseHeaders = toPairs(sent?.headers ?? []);
    const response = contract?.responses[status] ?? contract?.responses['default'];
    return {
      kind: 'request',
      traceId,
      spanId,
      time: Date.now(),
      us,
      version,
      pid: process.pid,
      method: exchange.method,
      route: path,
      status,
      target,
      request: {
        ...captureHeaders(requestHeaders, ofRequest),
        ...captureRequestBody(exchange, rawBody, redactor(), call.plan?.body?.input.schema),
      },
      response: {
        ...captureHeaders(responseHeaders, redactor()),
        ...captureSent(sent, responseHeaders, redactor(), response?.schema),
      },
    };
  }

  #describeRun(run: CapturedRun): RunCapture {
    const { payload, result, schemas, $defs, ...facts } = run;
    const capture = (text: string, schema: Schema | undefined): CapturedBody =>
      captureBody(text, 'application/json', this.#redactor([run.traceId], $defs), schema);
    return {
      kind: 'run',
      ...facts,
      pid: process.pid,
      payload: capture(payload, schemas.payload),
      ...(result !== undefined && { result: capture(result, schemas.result) }),
    };
  }

  /** Writes a capture. Returns `false` if the rate is exceeded. */
  #print(record: CaptureRecord, caught: readonly LocalTrap[]): boolean {
    const traps = caught.map(({ id }) => id);
    const line = `${JSON.stringify({ capture: { ...record, ...(traps.length > 0 && { traps }) } })}\n`;
    if (!this.#takeRate(line.length)) {
      this.#dropped++;
      return false;
    }
    for (const trap of caught) trap.left--;
    this.#options.sink(line + this.#reportDropped());
    return true;
  }

  #reportDropped(): string {
    if (this.#dropped === 0) return '';
    const lines = this.#dropped;
    this.#dropped = 0;
    return `${JSON.stringify({ gati: 'dropped', lines, what: 'captures' })}\n`;
  }

  #takeRate(characters: number): boolean {
    const now = performance.now();
    const filled = ((now - this.#filledAt) / 1000) * this.#rate;
    this.#left = Math.min(this.#rate, this.#left + filled);
    this.#filledAt = now;
    if (this.#left < characters) return false;
    this.#left -= characters;
    return true;
  }
}

const sizeOf = (body: SentResponse['body']): number => body?.length ?? 0;

function toPairs(list: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < list.length; index += 2)
    pairs.push([list[index]!.toLowerCase(), list[index + 1]!]);
  return pairs;
}

function captureHeaders(
  headers: readonly [string, string | undefined][],
  redactor: PayloadRedactor,
): Pick<CapturedMessage, 'headers' | 'hidden'> {
  let left = LONGEST_HEADERS;
  const shown: [string, string][] = [];
  for (const [name, value] of headers.slice(0, MOST_HEADERS)) {
    if (value === undefined) continue;
    const text = redactor.header(name, value).slice(0, LONGEST_HEADER);
    left -= name.length + text.length;
    if (left < 0) break;
    shown.push([name, text]);
  }
  return { headers: shown, ...hiddenOf(redactor) };
}

function captureRequestBody(
  exchange: CapturedCall['exchange'],
  rawBody: Uint8Array | undefined,
  redactor: PayloadRedactor,
  schema: Schema | undefined,
): Pick<CapturedMessage, 'body'> {
  const type = exchange.header('content-type') ?? '';
  if (rawBody !== undefined) return { body: captureBody(rawBody, type, redactor, schema) };
  if (!exchange.hasBody()) return {};
  const size = Number(exchange.header('content-length') ?? Number.NaN);
  return {
    body: { type: type.slice(0, 200), ...(size >= 0 && { size }), omitted: 'unread' },
  };
}

function captureSent(
  sent: SentResponse | undefined,
  headers: readonly [string, string][],
  redactor: PayloadRedactor,
  schema: Schema | undefined,
): Pick<CapturedMessage, 'body'> {
  if (sent?.body === undefined) return {};
  const type = headers.find(([name]) => name === 'content-type')?.[1] ?? '';
  if (sent.body === 'stream') return { body: { type: type.slice(0, 200), omitted: 'stream' } };
  return { body: captureBody(sent.body, type, redactor, schema) };
}
