import type { Primitive, Statement } from 'db0';

/** How a driver runs one statement. */
export interface Rows {
  all(sql: string, values: unknown[]): Promise<unknown[]>;
  run(sql: string, values: unknown[]): Promise<{ success: boolean }>;
}

/** db0's statement over a driver. */
export function toStatement(rows: Rows, sql: string): Statement {
  return {
    bind: (...bound: Primitive[]) => {
      const prepared = {
        bind: (...values: Primitive[]) => toStatement(rows, sql).bind(...values),
        all: () => rows.all(sql, bound),
        run: () => rows.run(sql, bound),
        get: async () => (await rows.all(sql, bound))[0],
      };
      return prepared;
    },
    all: (...values: Primitive[]) => rows.all(sql, values),
    run: (...values: Primitive[]) => rows.run(sql, values),
    get: async (...values: Primitive[]) => (await rows.all(sql, values))[0],
  };
}
