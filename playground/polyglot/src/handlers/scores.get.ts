/** Returns the last ten scores. The table is in `src/migrations`. */
export const handler: Handler<'GET /scores'> = (_req, _res, gctx) =>
  gctx.db.sql<{ text: string; score: number }>`
    SELECT text, score FROM scores ORDER BY id DESC LIMIT 10`;
