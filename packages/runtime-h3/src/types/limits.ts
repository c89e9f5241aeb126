/** Limits of requests. Sizes are bytes, times milliseconds; each is a whole number from 1. */
export interface Limits {
  /** Bytes of a body that is not `multipart/form-data`: 413 above it. 1 MiB by default. */
  body: number;
  /** Bytes of a whole `multipart/form-data` body: 413 above it. 10 MiB by default. */
  upload: number;
  /** Bytes of one file of a form: 413 above it. 10 MiB by default. */
  fileSize: number;
  /** Number of files in a form: 413 above it. 10 by default. */
  files: number;
  /** Bytes of one form field that is not a file: 413 above it. 1 MiB by default. */
  fieldSize: number;
  /** Number of form fields that are not files: 413 above it. 100 by default. */
  fields: number;
  /** Number of fields and files of a form together: 413 above it. 110 by default. */
  parts: number;
  /** Nesting levels of JSON: 400 above it. 64 by default. */
  depth: number;
  /** Bytes of one WebSocket message: the socket closes with 1009 above it. 1 MiB by default. */
  message: number;
  /**
   * Bytes that may wait for a WebSocket client that does not read. A message that is sent or published
   * above it closes the socket with 1013. 4 MiB by default.
   */
  sendQueue: number;
  /** Milliseconds until the body must have arrived: 408 after it. 30,000 by default. */
  bodyTimeout: number;
  /**
   * Milliseconds that the handler may take: after them `lctx.signal` aborts and the client gets
   * 503. 30,000 by default.
   */
  handlerTimeout: number;
}

const MIB = 1_048_576;

/** The limits of an app that sets none. */
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
  sendQueue: 4 * MIB,
  bodyTimeout: 30_000,
  handlerTimeout: 30_000,
};
