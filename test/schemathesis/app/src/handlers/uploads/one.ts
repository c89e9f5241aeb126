export const route = 'POST /uploads/one';

export type Body = {
  /** @minLength 1 */
  title: string;
  file: File;
  at?: Date;
};

export const handler: Handler<typeof route> = async (req, res) => {
  res.status = 201;
  return res.json({ title: req.body.title, bytes: req.body.file.size, at: req.body.at ?? null });
};
