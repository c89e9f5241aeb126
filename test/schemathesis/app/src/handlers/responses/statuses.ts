import { HttpError } from '@gati/runtime-h3';

export const route = 'POST /responses/statuses';

export type Body = { want: 'created' | 'conflict' | 'gone' | 'moved' };

export const handler: Handler<typeof route> = (req, res) => {
  switch (req.body.want) {
    case 'created':
      res.status = 201;
      return res.json({ made: true });
    case 'conflict':
      res.status = 409;
      return res.json({ error: 'Conflict', at: new Date(0) });
    case 'gone':
      throw new HttpError(404, 'gone', { until: 5 });
    case 'moved':
      return res.redirect('/responses/text?text=moved', 303);
  }
};
