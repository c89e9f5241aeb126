import { describe, expect, test } from 'vitest';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  toRoute,
  toScan,
} from '../helpers/project.ts';

const head = "import { HttpError } from '@gati/runtime-h3';\n";
const handler =
  "export const route = 'GET /m/:id';\nexport const handler: Handler<typeof route> = async (req, res) => { if (req.params.id === '0') throw new HttpError(404, 'none'); return { ok: 'y' }; };\n";
const problem = (status: number, code: string): string =>
  `application/problem+json { type: string; title: string; status: ${status}; code: '${code}' }`;

const CASES: {
  name: string;
  outer: string;
  inner?: string;
  expect: Record<string, string>;
  warnings?: string[];
}[] = [
  {
    name: 'sends its own response',
    outer:
      "export const middleware: Middleware = async (req, res, gctx, lctx, next) => { if (!req.headers.authorization) { res.status = 401; return res.json({ error: 'NoToken' }); } return next(); };",
    expect: { 200: "{ ok: 'y' }", 401: "{ error: 'NoToken' }", 404: problem(404, 'none') },
  },
  {
    name: 'throws and has no types',
    outer:
      "export async function middleware(req, res, gctx, lctx, next) { if (req.headers.x === '1') throw new HttpError(403, 'not_you'); await next(); }",
    expect: { 200: "{ ok: 'y' }", 403: problem(403, 'not_you'), 404: problem(404, 'none') },
  },
  {
    name: 'returns the result of next()',
    outer:
      'export const middleware: Middleware = async (req, res, gctx, lctx, next) => { const result = await next(); gctx.logger.info("x"); return result; };',
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'none') },
  },
  {
    name: 'catches the error of next()',
    outer:
      "export const middleware: Middleware = async (req, res, gctx, lctx, next) => { try { return await next(); } catch { res.status = 500; return { error: 'Caught' }; } };",
    expect: { 200: "{ ok: 'y' }", 500: "{ error: 'Caught' }" },
  },
  {
    name: 'replaces the response',
    outer:
      "export const middleware: Middleware = async (req, res, gctx, lctx, next) => { res.status = 203; const inner = await next(); return { wrapped: 'w' }; };",
    expect: { 203: "{ wrapped: 'w' }", 404: problem(404, 'none') },
  },
  {
    name: 'is nested in another one',
    outer: 'export const middleware: Middleware = async (req, res, gctx, lctx, next) => next();',
    inner:
      "export const middleware: Middleware = async (req, res, gctx, lctx, next) => { if (req.query.stop) { res.status = 429; return { error: 'Slow' }; } return next(); };",
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'none'), 429: "{ error: 'Slow' }" },
  },
  {
    name: 'passes next to unknown code',
    outer:
      'declare function later(run: unknown): Promise<unknown>;\nexport const middleware: Middleware = async (req, res, gctx, lctx, next) => later(next);',
    expect: { default: 'unknown' },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
];

describe.each(ENGINES)('responses of a route with middleware (%s)', (engine) => {
  test.each(CASES)(
    'are inferred if the middleware $name',
    async ({ outer, inner, expect: responses, warnings = [] }) => {
      const files: Record<string, string> = {
        'src/handlers/_middleware.ts': head + outer,
        'src/handlers/sub/m.ts': head + handler,
      };
      if (inner) files['src/handlers/sub/_middleware.ts'] = head + inner;
      const project = makeProject(files);
      const analyzer = await openAnalyzer(project, { engine });
      const route = {
        ...toRoute('src/handlers/sub/m.ts', head + handler, 'GET /m/:id'),
        middleware: Object.keys(files)
          .filter((file) => file.includes('_middleware'))
          .sort((a, b) => a.length - b.length),
      };
      const result = await analyzer.analyze(toScan([route]));
      const { dependencies } = await analyzer.route(route);
      await analyzer.close();
      project.remove();
      expect({
        responses: printed(result.contract.routes[0]!.responses, {}),
        warnings: result.warnings.map(({ code }) => code),
      }).toEqual({
        responses,
        warnings,
      });
      expect(dependencies).toContain('src/handlers/_middleware.ts');
    },
  );
});
