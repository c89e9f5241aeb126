export const route = 'GET /hello/:name';

export const handler: Handler<typeof route> = (req, res) => {
  return res.json({ message: `Hello, ${req.params.name}!` });
};
