/** Small texts by name with conditional writes: what queues of clouds lack to remember idempotency keys. */
export interface KeyStore {
  /** Its tag; `undefined`: there is one already. */
  create(name: string, text: string): Promise<string | undefined>;
  read(name: string): Promise<{ text: string; tag: string } | undefined>;
  /** `false`: it is no longer the one with this tag. */
  replace(name: string, text: string, tag: string): Promise<boolean>;
  /** Throws what is wrong with the address or the rights. */
  verify(): Promise<void>;
  /** What goes wrong because the store is away, so that another try may help. */
  isOutage(error: unknown): boolean;
  close(): Promise<void>;
}
