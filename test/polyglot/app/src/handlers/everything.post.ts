/** Asks a module of each kind about one word. */
export interface Body {
  word: string;
}

export const handler: Handler<'POST /everything'> = async (req, res, gctx) => {
  const { word } = req.body;
  const { apart, counter, greeter, lookup, rot, scorer, title, words } = gctx.modules;
  const [{ score }, { text }, count, { meaning }, secret, reversed] = await Promise.all([
    scorer.score({ text: word }),
    greeter.greet({ name: word }),
    counter.count(`the word ${word}`),
    lookup.meaning({ word }),
    rot.rot13(word),
    apart.reverse(word),
  ]);
  return res.json({
    typescript: title.title(word),
    npm: words.reverse(word),
    isolated: reversed,
    python: score,
    go: text,
    rust: count,
    mcp: meaning,
    wasm: secret,
  });
};
