import { defineModule } from '@gati/runtime-h3';

export interface Item {
  id: string;
  name: string;
  price: number;
  tags: string[];
  soldAt?: Date;
}

/** Items are in the database, so that all workers know them. */
export default defineModule({
  async setup({ db }) {
    await db.exec('CREATE TABLE IF NOT EXISTS items (id TEXT PRIMARY KEY, item TEXT NOT NULL)');
    const read = (row: { item: string } | undefined): Item | undefined =>
      row && JSON.parse(row.item, (key, value) => (key === 'soldAt' ? new Date(value) : value));
    return {
      async find(id: string): Promise<Item | undefined> {
        return read(await db.prepare('SELECT item FROM items WHERE id = ?').get(id));
      },
      async list(limit: number): Promise<Item[]> {
        const rows = await db
          .prepare('SELECT item FROM items ORDER BY id LIMIT ?')
          .all<{ item: string }>(limit);
        return rows.map((row) => read(row)!);
      },
      async put(item: Item): Promise<void> {
        await db
          .prepare(
            'INSERT INTO items VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET item = excluded.item',
          )
          .run(item.id, JSON.stringify(item));
      },
      async remove(id: string): Promise<boolean> {
        const { changes } = await db.prepare('DELETE FROM items WHERE id = ?').run(id);
        return changes > 0;
      },
    };
  },
});
