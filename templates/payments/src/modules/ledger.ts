import { defineModule } from '@gati/runtime-h3';

/** Cents that may be reserved for a payment. */
const LIMIT = 10_000;

/** The ledger is in the database, which all workers of a server share. */
export default defineModule({
  async setup({ db }) {
    await db.exec(
      'CREATE TABLE IF NOT EXISTS reservations (payment TEXT PRIMARY KEY, amount INTEGER NOT NULL)',
    );
    return {
      /**
       * Reserves `amount` (in cents) if the payment stays within its limit, and returns whether it
       * did. One statement checks and adds, so that two requests at once can't exceed the limit.
       */
      async reserve(id: string, amount: number): Promise<boolean> {
        if (amount <= 0 || amount > LIMIT) return false;
        const row = await db
          .prepare(
            `INSERT INTO reservations (payment, amount) VALUES (?, ?)
             ON CONFLICT (payment) DO UPDATE SET amount = reservations.amount + excluded.amount
             WHERE reservations.amount + excluded.amount <= ${LIMIT}
             RETURNING amount`,
          )
          .get(id, amount);
        return row !== undefined;
      },
      /** Releases everything that is reserved for a payment, and returns how much it was. */
      async release(id: string): Promise<number> {
        const row = await db
          .prepare('DELETE FROM reservations WHERE payment = ? RETURNING amount')
          .get<{ amount: number }>(id);
        return row?.amount ?? 0;
      },
    };
  },
});
