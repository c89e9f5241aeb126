/** Scores a text with the module in Python. */
export interface Body {
  text: string;
}

export const handler: Handler<'POST /scores'> = async (req, res, gctx) => {
  const { score } = await gctx.modules.scorer.score({ text: req.body.text });
  return res.json({ score });
};
