/** Bounds on what comes from outside. Sizes are bytes, times milliseconds. */
export interface Limits {
  /** A body that is not `multipart/form-data`. */
  body: number;
  /** A whole `multipart/form-data` body. */
  upload: number;
  /** One file of it. */
  fileSize: number;
  files: number;
  /** One field of a form that is not a file. */
  fieldSize: number;
  fields: number;
  /** Fields and files together. */
  parts: number;
  /** Nesting of a body. */
  depth: number;
  /** One WebSocket message. */
  message: number;
  /** Until the body is there. */
  bodyTimeout: number;
  /** Until the handler has answered; then `lctx.signal` aborts and the answer is 503. */
  handlerTimeout: number;
}

const MIB = 1_048_576;

export const DEFAULT_LIMITS: Limits = {
  body: MIB,
  upload: 10 * MIB,
  fileSize: 10 * MIB,
  files: 10,
  fieldSize: MIB,
  fields: 100,
  parts: 110,
  depth: 64,
  message: MIB,
  bodyTimeout: 30_000,
  handlerTimeout: 30_000,
};
