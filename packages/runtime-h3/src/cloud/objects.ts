/** Condition of a write: the tag of the object, or that it does not exist. */
export interface Condition {
  ifMatch?: string;
  ifNoneMatch?: '*';
}

/** The operations on a bucket that stores use. */
export interface Objects {
  /** @param most maximum bytes of the object. Of a longer object, the result has one byte more */
  get(key: string, most: number): Promise<{ bytes: Uint8Array; etag: string } | undefined>;
  etag(key: string): Promise<string | undefined>;
  /** Resolves to the new tag, or to `undefined` if the condition did not hold. */
  put(key: string, bytes: Uint8Array, condition?: Condition): Promise<string | undefined>;
  remove(key: string): Promise<void>;
  /** Lists objects. `written`: epoch milliseconds. */
  list(prefix: string): AsyncIterable<{ key: string; written: number }>;
}
