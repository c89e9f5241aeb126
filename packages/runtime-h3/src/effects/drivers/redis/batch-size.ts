/** Maximum number of bytes in one round trip. */
export const BATCH_BYTES = 2_000_000;
/** Maximum number of items of one round trip. */
export const BATCH_ITEMS = 500;
/** Bytes that each item counts at least, so that `BATCH_ITEMS` fill a round trip. */
export const ITEM_BYTES: number = BATCH_BYTES / BATCH_ITEMS;
