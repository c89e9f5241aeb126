/** Requests of one caller that one release served. */
export interface CallerCount {
  /** Version of the release; empty if no release took the request. */
  version: string;
  /** Version that the client sent, in the header or the query; empty if it sent none. */
  asked: string;
  /** Product of the `User-Agent`: `curl/8.1.2`; empty without the header. `_OTHER`: further ones. */
  agent: string;
  /** Name and version of the generated SDK: `shop/1.2.0`; empty for other clients. */
  sdk: string;
  /**
   * Hash of the id that the guards added to `lctx`; empty if they added none. `_OTHER`: further
   * ones.
   */
  subject: string;
  count: number;
  /** Responses 5xx. */
  failed: number;
}

/** A caller in a range of time. */
export interface Caller extends CallerCount {
  /** Epoch milliseconds, to the hour. */
  lastSeen: number;
}
