import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalyzedRoute } from '../../../src/analyze/analyzer.ts';
import { type Analyzed, analyzeRoutes, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES, printed } from '../helpers/project.ts';

const FILES: RouteTexts = {
  declared: [
    'GET /declared/:id',
    "export type Responses = { 200: { id: string; note?: string }; 404: { error: string } };\nexport const handler: Handler<typeof route> = (req, res) => { if (req.params.id === '') { res.status = 404; return { error: 'None' }; } return { id: req.params.id }; };",
  ],
  settled: [
    'GET /settled',
    'export type Responses = { 200: { id: string } };\ndeclare function anything(): any;\nexport const handler: Handler<typeof route> = () => anything();',
  ],
  mismatch: [
    'GET /mismatch/:id',
    "export type Responses = { 200: { id: number } };\nexport const handler: Handler<typeof route> = (req, res) => {\n  if (req.params.id === '') { res.status = 404; return { error: 'None' }; }\n  return { id: req.params.id };\n};",
  ],
};

describe.each(ENGINES)('declared responses (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, FILES);
  });
  afterAll(() => app.close());
  const of = (name: string): AnalyzedRoute => app.of(name);

  test('become the contract if the inferred responses match', () => {
    const { contract, warnings } = of('declared');
    expect(warnings).toEqual([]);
    expect(printed(contract.responses, {})).toEqual({
      200: '{ id: string; note?: string }',
      404: '{ error: string }',
    });
    expect(Object.values(contract.responses).map(({ declared }) => declared)).toEqual([true, true]);
    const settled = of('settled');
    expect(settled.warnings).toEqual([]);
    expect(printed(settled.contract.responses, {})).toEqual({ 200: '{ id: string }' });
  });

  test('report each inferred response that does not match', () => {
    const { contract, warnings } = of('mismatch');
    expect(warnings).toMatchObject([
      {
        code: 'GATI_RESPONSE_MISMATCH',
        level: 'error',
        file: 'src/handlers/mismatch.ts',
        line: 4,
        message: expect.stringContaining('404'),
      },
      {
        code: 'GATI_RESPONSE_MISMATCH',
        level: 'error',
        file: 'src/handlers/mismatch.ts',
        line: 5,
        message:
          'The body of status 200 does not match its declaration: at /id it is `string`, but `number` is declared.',
      },
    ]);
    expect(printed(contract.responses, {})).toEqual({ 200: '{ id: number }' });
  });
});
