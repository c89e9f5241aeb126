import type { GatiCode } from '@gati/contract';
import { HttpError } from '../app/response/http-error.ts';

/** How a call of a module can fail, apart from a problem that the module gives. */
export type FailureKind = 'unavailable' | 'failed' | 'late' | 'answer';

const FAILURES: Record<FailureKind, { status: number; code: GatiCode }> = {
  unavailable: { status: 503, code: 'GATI_MODULE_UNAVAILABLE' },
  failed: { status: 502, code: 'GATI_MODULE_FAILED' },
  late: { status: 504, code: 'GATI_MODULE_TIMEOUT' },
  answer: { status: 502, code: 'GATI_MODULE_ANSWER' },
};

/** Returns the kind of failure that a module reports of a service behind it, by its code. */
export function failureKindOf(code: string): FailureKind | undefined {
  const kinds = Object.keys(FAILURES) as FailureKind[];
  return kinds.find((kind) => FAILURES[kind].code === code);
}

/** A failed call. `reason` is for the log: it may contain what the module sent. */
export class ModuleFailure extends Error {
  readonly kind: FailureKind;
  readonly reason: string;
  /** Whether the module may have begun with the call. */
  readonly wasSent: boolean;
  /** Whether the circuit breaker counts it. */
  isCounted = true;

  constructor(kind: FailureKind, reason: string, wasSent = true) {
    super(reason);
    this.kind = kind;
    this.reason = reason;
    this.wasSent = wasSent;
  }

  get code(): GatiCode {
    return FAILURES[this.kind].code;
  }
}

/** A problem (RFC 9457) that a module responded with. */
export class ModuleProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly detail: string | undefined;

  constructor(status: number, code: string, detail: string | undefined) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
  }
}

/** Returns the error that the handler gets. Uncaught, it responds with its status. */
export function toHttpError(module: string, error: unknown): unknown {
  if (error instanceof ModuleProblem) {
    const { status, code, detail } = error;
    return new HttpError(status, code, detail === undefined ? undefined : { detail }, {
      cause: error,
    });
  }
  if (!(error instanceof ModuleFailure)) return error;
  const { status, code } = FAILURES[error.kind];
  return new HttpError(status, code, { module }, { cause: error });
}
