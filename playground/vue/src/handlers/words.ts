export const route = 'POST /words';

export type Body = { text: string };

export const handler: Handler<typeof route> = (req, res) => {
  const words = req.body.text.split(/\s+/).filter(Boolean);
  if (words.length === 0) {
    res.status = 422;
    return res.json({ error: 'There are no words in this text.' });
  }
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
  return res.json({ words: words.length, longest });
};
