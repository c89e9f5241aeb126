import type { Primitive, Statement } from 'db0';

/** The two ways in which a driver runs a statement. */
export interface StatementRunner {
  all(sql: string, values: unknown[]): Promise<unknown[]>;
  run(sql: string, values: unknown[]): Promise<{ success: boolean }>;
}

/** Creates db0's statement over a driver. */
export function createStatement(runner: StatementRunner, sql: string): Statement {
  return {
    bind: (...bound: Primitive[]) => {
      const prepared = {
        bind: (...values: Primitive[]) => createStatement(runner, sql).bind(...values),
        all: () => runner.all(sql, bound),
        run: () => runner.run(sql, bound),
        get: async () => (await runner.all(sql, bound))[0],
      };
      return prepared;
    },
    all: (...values: Primitive[]) => runner.all(sql, values),
    run: (...values: Primitive[]) => runner.run(sql, values),
    get: async (...values: Primitive[]) => (await runner.all(sql, values))[0],
  };
}
