import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emitTypes } from '../../src/emit/types.ts';
import { COMPILERS, createTypedApp, type TypedApp } from './app.ts';
import { FILES, SCAN } from './files.ts';

const compilers = Object.keys(COMPILERS) as (keyof typeof COMPILERS)[];

describe.sequential('the global types, from the built declarations', () => {
  let app: TypedApp;
  beforeAll(async () => {
    app = await createTypedApp();
    app.write({ ...FILES, '.gati/types/gati.d.ts': emitTypes(SCAN) });
  }, 60_000);
  afterAll(() => app.remove());

  test.each(compilers)(
    'hold right and wrong uses under %s',
    async (compiler) => {
      expect(await app.check(compiler)).toEqual([]);
    },
    60_000,
  );

  test('hold with allowImportingTsExtensions, without DOM.Iterable, under nodenext and with exact optional properties', async () => {
    expect(await app.check('TypeScript 7', { allowImportingTsExtensions: true, exactOptionalPropertyTypes: true })).toEqual([]);
    expect(await app.check('TypeScript 7', { lib: ['ES2022', 'DOM'], noUncheckedIndexedAccess: true })).toEqual([]);
    expect(await app.check('TypeScript 7', { module: 'nodenext', moduleResolution: 'nodenext', noUncheckedIndexedAccess: true })).toEqual(
      [],
    );
  }, 60_000);

  test('have no error of their own where libraries are checked too', async () => {
    app.write({ '.gati/generated/client.ts': CLIENT });
    expect(await app.check('TypeScript 7', { skipLibCheck: false })).toEqual([]);
    fs.rmSync(path.join(app.root, '.gati/generated'), { recursive: true });
  }, 60_000);

  test('are as wide as can be before the first run', async () => {
    const before = {
      '.gati/types/gati.d.ts': '',
      'src/handlers/payments/refund.ts': '',
      'src/handlers/search.ts': '',
      'src/handlers/chat.ts': '',
      'src/handlers/plain.ts': '',
    };
    app.write({
      ...before,
      'src/handlers/payments/capture.ts':
        "export const handler: Handler<'POST /a/:id'> = (req, res, gctx) => res.json({ id: req.params.id, amount: gctx.modules.ledger.fee(req.body.amount) });",
    });
    expect(await app.check('TypeScript 7')).toEqual([]);
  }, 60_000);
});

const CLIENT = `export declare const client: object, call: object, connect: object, createClient: object, createCall: object, version: string;
export type Client<Throw extends boolean = false> = { throw: Throw };
export type Routes = object;
`;

describe('the text of gati.d.ts', () => {
  test('is the same for the same scan and names no path of the machine', () => {
    expect(emitTypes(SCAN)).toBe(emitTypes(structuredClone(SCAN)));
    expect(emitTypes(SCAN)).not.toContain(process.cwd());
    expect(emitTypes(SCAN)).not.toMatch(/reference types|node:/);
  });

  test('points at each declaration where it stands', () => {
    const text = emitTypes(SCAN);
    expect(text).toContain("  'POST /payments/:id/capture': { body: import('../../src/handlers/payments/capture.ts').Body; };\n");
    expect(text).toContain(
      "  'POST /payments/:id/refund': { body: GatiTypes.Output<typeof import('../../src/handlers/payments/refund.ts').body>; };\n",
    );
    expect(text).toContain("  'PUT /plain/:a/:b': {};\n");
    expect(text).toContain("  ledger: GatiTypes.Module<typeof import('../../src/modules/ledger.ts')>;\n");
    expect(text).toContain("  capturePayment: GatiTypes.Payload<typeof import('../../src/effects/capturePayment.ts').run>;\n");
  });
});
