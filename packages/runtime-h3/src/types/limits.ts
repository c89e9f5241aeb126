/**
 * Limits of a server. Sizes are bytes, times milliseconds; each is a whole number of at least 1. A
 * worker counts each time that it is at a limit: `gati_limit_reached_total` of `/metrics`.
 */
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
  /**
   * Messages of one WebSocket client whose hooks run at the same time. Further ones wait, and nothing
   * more is read from the client. 100 by default.
   */
  socketHooks: number;
  /**
   * Milliseconds between the pings of a WebSocket client. A client that sends nothing until the next
   * ping loses its socket. 30,000 by default.
   */
  pingInterval: number;
  /** WebSocket handshakes of a worker that have no response yet: 503 above them. 1,000 by default. */
  handshakes: number;
  /** Milliseconds until the body must have arrived: 408 after it. 30,000 by default. */
  bodyTimeout: number;
  /**
   * Milliseconds that the handler may take. After that, `lctx.signal` aborts and the client gets a
   * 503. 30,000 by default.
   */
  handlerTimeout: number;
  /** Milliseconds until the head of a request must have arrived: 408 after it. 15,000 by default. */
  headTimeout: number;
  /**
   * Milliseconds that a connection may wait for its next request. Set it above that of a load balancer
   * in front of the server. 5,000 by default.
   */
  keepAlive: number;
  /**
   * Milliseconds in which a client must read some of the bytes that wait for it. Otherwise its
   * connection ends. 30,000 by default.
   */
  writeTimeout: number;
  /**
   * Open connections of a worker: it closes further ones. Above nine tenths of them, idle connections
   * end after a second. 10,000 by default.
   */
  connections: number;
  /**
   * Requests of a worker that wait for the response to an earlier request of their connection. Above
   * them the connection ends. 10,000 by default.
   */
  pipelined: number;
  /**
   * Bytes of all bodies that a worker is reading: 503 above it. At least the limit `upload`. 128
   * MiB by default.
   */
  bodies: number;
  /**
   * Bytes of all large responses of a worker that wait for their clients. Above it, connections
   * whose clients read nothing end; if there is no such connection, the response becomes a 503. 64
   * MiB by default.
   */
  unsent: number;
  /**
   * Connections that wait until a worker accepts them: for each worker, and in total while no
   * worker is ready. Further ones are closed. 1,024 by default.
   */
  backlog: number;
  /**
   * Characters of published messages that wait for another process. A message that exceeds it, or
   * is longer than a quarter of it, does not reach the peers there. 67,108,864 by default.
   */
  publishQueue: number;
  /**
   * Bytes that wait for a reader of stdout, and of stderr, in each process. Further lines are
   * dropped. 8 MiB by default.
   */
  logQueue: number;
}

/** Name of a limit. */
export type LimitName = keyof Limits;

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
  socketHooks: 100,
  pingInterval: 30_000,
  handshakes: 1000,
  bodyTimeout: 30_000,
  handlerTimeout: 30_000,
  headTimeout: 15_000,
  keepAlive: 5000,
  writeTimeout: 30_000,
  connections: 10_000,
  pipelined: 10_000,
  bodies: 128 * MIB,
  unsent: 64 * MIB,
  backlog: 1024,
  publishQueue: 64 * MIB,
  logQueue: 8 * MIB,
};
