export const route = 'PUT /uploads/many';

export type Body = { files: File[]; cover?: File; sizes: number[] };

export const handler: Handler<typeof route> = (req) => ({
  bytes: Array.from(req.body.files, ({ size }) => size),
  cover: req.body.cover !== undefined,
  sizes: req.body.sizes,
});
