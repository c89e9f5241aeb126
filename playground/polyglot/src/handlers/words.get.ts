/** Looks a word up with the tool of an MCP server. */
export interface Query {
  word: string;
}

export const handler: Handler<'GET /words'> = async (req, res, gctx) => {
  return res.json(await gctx.modules.lookup.meaning({ word: req.query.word }));
};
