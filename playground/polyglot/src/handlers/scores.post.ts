/** Scores a text with the module in Python, and keeps the score. */
export interface Body {
  text: string;
}

export const handler: Handler<'POST /scores'> = async (req, res, gctx) => {
  const { text } = req.body;
  const { score } = await gctx.modules.scorer.score({ text });
  await gctx.db.sql`INSERT INTO scores (text, score) VALUES (${text}, ${score})`;
  return res.json({ score });
};
