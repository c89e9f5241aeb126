import type { ErrorPayload } from 'vite';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../src/analyze/analyzer.ts';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
afterEach(async () => {
  await dev.close();
  await app.dispose();
});

const engines: Analyzer['engine'][] = ['typescript-7', 'typescript-classic'];

describe.each(engines)('contracts from types, by %s', (engine) => {
  const capture = (amount: string, state: string): string => `
export const route = 'POST /payments/:id/capture';
export const handler: Handler<typeof route> = async (req, res, gctx) => {
  if (!(await gctx.modules.ledger.reserve(req.params.id, 1))) {
    res.status = 409;
    return res.json({ error: 'ReservationFailed' });
  }
  res.status = 202;
  res.body = { state: '${state}', amount: req.body.amount };
};
export type Body = { amount: ${amount} };
`;

  test('validates against the edited type, and writes the client from it', async () => {
    app = await createTestApp({
      'src/modules/ledger.ts':
        "export const reserve = async (id: string, amount: number): Promise<boolean> => id !== 'no' && amount > 0;",
      'src/handlers/payments/capture.ts': capture('number', 'capturing'),
    });
    dev = await startDev(app.root, { parts: { engine } });
    const post = (json: unknown, id = 'p1') => ask(dev, `/payments/${id}/capture`, { json });
    expect(await post({ amount: 5 })).toMatchObject({
      status: 202,
      body: { state: 'capturing', amount: 5 },
    });
    expect(await post({ amount: 5 }, 'no')).toMatchObject({
      status: 409,
      body: { error: 'ReservationFailed' },
    });
    expect(await post({ amount: '5' })).toMatchObject({
      status: 400,
      body: { errors: [{ path: '/amount' }] },
    });
    await eventually(async () =>
      expect(await app.read('.gati/generated/client.ts')).toContain('ReservationFailed'),
    );
    await app.write('src/handlers/payments/capture.ts', capture('string', 'captured'));
    await eventually(async () =>
      expect(await post({ amount: '5' })).toMatchObject({
        status: 202,
        body: { state: 'captured' },
      }),
    );
    expect(await post({ amount: 5 })).toMatchObject({ status: 400 });
    await eventually(async () =>
      expect(
        JSON.parse(await app.read('.gati/openapi.json')).paths['/payments/{id}/capture'].post
          .responses,
      ).toHaveProperty('202'),
    );
    await eventually(async () =>
      expect(await app.read('.gati/generated/client.ts')).toContain('captured'),
    );
  });

  test('applies an edit of a file that only types import', async () => {
    app = await createTestApp({
      'src/types.ts': 'export interface Order { id: string }',
      'src/handlers/orders.post.ts':
        "import type { Order } from '../types.ts';\nexport type Body = Order;\nexport const handler: Handler = (req, res) => res.json(req.body);\n",
    });
    dev = await startDev(app.root, { parts: { engine } });
    expect((await ask(dev, '/orders', { json: { id: 'a' } })).status).toBe(200);
    expect((await ask(dev, '/orders', { json: { id: 1 } })).status).toBe(400);
    await app.write('src/types.ts', 'export interface Order { id: number }');
    await eventually(async () =>
      expect((await ask(dev, '/orders', { json: { id: 1 } })).status).toBe(200),
    );
    expect((await ask(dev, '/orders', { json: { id: 'a' } })).status).toBe(400);
  });

  test('follows files that types resolve to: created, shadowed, renamed', async () => {
    const dto = (type: string): string => `export interface Dto { id: ${type} }\n`;
    app = await createTestApp({
      'src/dto/index.ts': dto('string'),
      'src/handlers/orders.post.ts':
        "import type { Dto } from '../dto';\nexport type Body = Dto;\nexport const handler: Handler = (req, res) => res.json(req.body);\n",
    });
    dev = await startDev(app.root, { parts: { engine } });
    const takes = (type: 'string' | 'number'): Promise<void> =>
      eventually(async () => {
        const statuses = [];
        for (const id of ['a', 1])
          statuses.push((await ask(dev, '/orders', { json: { id } })).status);
        expect(statuses).toEqual(type === 'string' ? [200, 400] : [400, 200]);
      });
    await takes('string');
    await app.write('src/dto.ts', dto('number'));
    await takes('number');
    await app.remove('src/dto.ts');
    await takes('string');
    await app.rename('src/dto', 'src/old');
    await app.write('src/dto.ts', dto('number'));
    await takes('number');
    await app.remove('src/dto.ts');
    await app.rename('src/old', 'src/dto');
    await takes('string');
  });

  test('reads a Standard Schema value from the running module', async () => {
    const orders = (kind: string): string => `
import * as z from 'zod';
export const body = z.object({ id: z.${kind}() });
export const handler: Handler = (req, res) => res.json({ ok: true });
`;
    app = await createTestApp({ 'src/handlers/orders.post.ts': orders('string') });
    dev = await startDev(app.root, { parts: { engine } });
    expect((await ask(dev, '/orders', { json: { id: 'a' } })).status).toBe(200);
    expect((await ask(dev, '/orders', { json: { id: 1 } })).status).toBe(400);
    await app.write('src/handlers/orders.post.ts', orders('number'));
    await eventually(async () =>
      expect((await ask(dev, '/orders', { json: { id: 1 } })).status).toBe(200),
    );
    expect((await ask(dev, '/orders', { json: { id: 'a' } })).status).toBe(400);
  });

  test('shows a type error in the overlay until it is gone', async () => {
    const handler = (value: string): string =>
      `export const handler: Handler = (req, res) => {\n  const n: number = ${value};\n  return res.json({ n });\n};\n`;
    app = await createTestApp({ 'src/handlers/a.ts': handler('1') });
    dev = await startDev(app.root, { parts: { engine } });
    const overlay = (): ErrorPayload['err'] | undefined => {
      const last = dev.sent.filter(({ type }) => type === 'error' || type === 'update').at(-1);
      return last?.type === 'error' ? last.err : undefined;
    };
    expect((await ask(dev, '/a')).body).toEqual({ n: 1 });
    await app.write('src/handlers/a.ts', handler("'one'"));
    await eventually(() => expect(overlay()).toMatchObject({ loc: { line: 2 } }));
    expect((await ask(dev, '/a')).body).toEqual({ n: 'one' });
    await app.write('src/handlers/a.ts', handler('2'));
    await eventually(() => expect(overlay()).toBeUndefined());
  });
});
