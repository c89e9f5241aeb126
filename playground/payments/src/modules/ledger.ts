const LIMIT = 10_000;
const reserved = new Map<string, number>();

/** Whether `amount` (in cents) still fits the payment's limit; if so it is reserved. A real ledger would be a database. */
export async function reserve(id: string, amount: number): Promise<boolean> {
  const total = (reserved.get(id) ?? 0) + amount;
  if (total > LIMIT) return false;
  reserved.set(id, total);
  return true;
}
