/** Maximum number of bytes in one statement. */
export const BATCH_BYTES = 4_000_000;
/** Maximum number of items of one statement. */
export const BATCH_ITEMS = 1000;
/** Bytes that each item counts at least, so that `BATCH_ITEMS` fill a statement. */
export const ITEM_BYTES: number = BATCH_BYTES / BATCH_ITEMS;
