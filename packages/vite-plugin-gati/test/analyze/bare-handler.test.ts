import { expect, test } from 'vitest';
import { ENGINES, makeProject, openAnalyzer, printed, toRoute, toScan } from './helpers/project.ts';

const typed = `
export const route = 'POST /payments/:id/capture';
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  const ok = await gctx.modules.ledger.reserve(req.params.id, req.body.amount);
  if (!ok) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  await gctx.effects.enqueue('capturePayment', { id: req.params.id });
  res.status = 202;
  res.body = { state: 'capturing' };
};
export type Body = { amount: number };
`;
const bare = typed
  .replace(
    'export const handler: Handler<typeof route> = async (req, res, gctx) => {',
    'export async function handler(req, res, gctx, lctx) {',
  )
  .replace("  res.body = { state: 'capturing' };\n};", "  res.body = { state: 'capturing' };\n}");

for (const engine of ENGINES) {
  for (const [form, text] of Object.entries({ explicitly: typed, implicitly: bare })) {
    test(`infers the responses of an ${form} typed handler that uses a module and an effect (${engine})`, async () => {
      const file = 'src/handlers/payments/capture.ts';
      const project = makeProject({
        [file]: text,
        'src/modules/ledger.ts':
          'export async function reserve(id: string, amount: number): Promise<boolean> { return amount > 0 && id !== "" }',
      });
      const analyzer = await openAnalyzer(project, { engine });
      const route = toRoute(file, text, 'POST /payments/:id/capture');
      const { contract, warnings } = await analyzer.analyze(
        toScan([route], {
          modules: [{ name: 'ledger', file: 'src/modules/ledger.ts' }],
          effects: [],
        }),
      );
      await analyzer.close();
      project.remove();
      expect(warnings).toEqual([]);
      expect(printed(contract.routes[0]!.responses, contract.$defs)).toEqual({
        '202': "{ state: 'capturing' }",
        '409': "{ error: 'ReservationFailed' }",
      });
    });
  }
}
