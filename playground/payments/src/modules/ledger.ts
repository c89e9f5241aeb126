const LIMIT = 10_000;
const reserved = new Map<string, number>();

/**
 * Reserves `amount` (in cents) if the payment stays within its limit, and returns whether it did. A
 * real ledger would use a database.
 */
export async function reserve(id: string, amount: number): Promise<boolean> {
  const total = (reserved.get(id) ?? 0) + amount;
  if (amount <= 0 || total > LIMIT) return false;
  reserved.set(id, total);
  return true;
}

/** Releases everything that is reserved for a payment, and returns how much it was. */
export async function release(id: string): Promise<number> {
  const total = reserved.get(id) ?? 0;
  reserved.delete(id);
  return total;
}
