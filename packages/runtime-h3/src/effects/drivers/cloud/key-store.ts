/** Maximum bytes of an entry that a driver reads. Entries have about 100. */
export const MOST_KEY_BYTES = 10_000;

/**
 * Stores short strings by name, with conditional writes. Cloud queues need one for idempotency
 * keys. A tag identifies one version of a value.
 */
export interface KeyStore {
  /** Creates a value. Resolves to its tag, or to `undefined` if the name exists. */
  create(name: string, text: string): Promise<string | undefined>;
  /** Resolves to `undefined` if the name does not exist. */
  read(name: string): Promise<{ text: string; tag: string } | undefined>;
  /** Replaces a value. Resolves to `false` if its tag has changed. */
  replace(name: string, text: string, tag: string): Promise<boolean>;
  /** Throws if the address or the rights are wrong. */
  verify(): Promise<void>;
  /** The error means that the store is unavailable, so that another try may help. */
  isOutage(error: unknown): boolean;
  close(): Promise<void>;
}
