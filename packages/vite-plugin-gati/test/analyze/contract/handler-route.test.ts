import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeRoutes, type Analyzed, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

const TEXTS: RouteTexts = {
  handler: ['GET /a/:id', "export const handler: Handler<'GET /a/:idd'> = () => 1;"],
  method: ['POST /b', "export const handler: Handler<'GET /b'> = () => 1;"],
  args: ['GET /c', "export function handler(..._: Args<'GET /cc'>) { return 1; }"],
  socket: ['WS /d', "export const socket: Socket<'WS /dd'> = {};"],
  right: ['GET /e/:id', "export const handler: Handler<'GET /e/:id'> = () => 1;"],
  named: ['GET /f', 'export const handler: Handler<typeof route> = () => 1;'],
};

describe.each(ENGINES)('GATI_HANDLER_ROUTE (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, TEXTS);
  });
  afterAll(() => app.close());

  test.each(['handler', 'method', 'args', 'socket'])('is reported for %s', (name) => {
    expect(app.of(name).warnings).toMatchObject([
      {
        code: 'GATI_HANDLER_ROUTE',
        level: 'error',
        line: 2,
        fix: expect.stringContaining(TEXTS[name]![0]),
      },
    ]);
  });

  test.each(['right', 'named'])('is not reported for %s', (name) => {
    expect(app.of(name).warnings).toEqual([]);
  });
});
