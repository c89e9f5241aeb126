import fs from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { Validator } from '@seriousme/openapi-schema-validator';
import { editFile } from '@gati/test-kit/files';
import { runOrThrow, runProcess } from '@gati/test-kit/processes';
import { startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { openAppFiles } from '../helpers/app-files.ts';
import type { CreatedApp } from '../helpers/describe-lifecycle.ts';
import { CAPTURE_FILE, expectCaptures } from './capture.ts';

/** Replaces everything up to the body of the handler. `tsc` cannot type this form. */
const BARE_FORM =
  "export const route = 'POST /payments/:id/capture';\n\nexport async function handler(req, res, gctx) {";

const EXACT_TYPES = `import { client } from 'virtual:gati/client';

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const proven = <T extends true>(): T | undefined => undefined;

const result = await client.payments.capture({ params: { id: 'p1' }, body: { amount: 5 } });
if (result.status === 202) {
  proven<Equal<typeof result.ok, true>>();
  proven<Equal<(typeof result.data)['state'], 'capturing'>>();
}
if (result.status === 409) {
  proven<Equal<typeof result.ok, false>>();
  proven<Equal<(typeof result.error)['error'], 'ReservationFailed'>>();
}
if (result.ok) proven<Equal<typeof result.status, 202>>();
// @ts-expect-error -- the amount is a number
await client.payments.capture({ params: { id: 'p1' }, body: { amount: '5' } });
// @ts-expect-error -- the id is missing
await client.payments.capture({ body: { amount: 5 } });
`;

/** Declares the same tests for the handler with types, as the template has it, and without. */
export function describeHandlerForms(app: CreatedApp): void {
  const { at, read, readJson, write, gati } = openAppFiles(app);
  const tsc = ['tsc', '--noEmit'];

  describe.each([{ form: 'typed' }, { form: 'bare' }])('the $form handler', ({ form }) => {
    let typedSource: string;

    beforeAll(() => {
      typedSource = read(CAPTURE_FILE);
      if (form === 'typed') return;
      editFile(at(CAPTURE_FILE), (text) =>
        text.replace(/^[\s\S]*?=> \{/, BARE_FORM).replace('\n};\n', '\n}\n'),
      );
      expect(read(CAPTURE_FILE)).toContain('handler(req, res, gctx)');
    });

    test('has exactly its two responses in contract, OpenAPI document and client', async () => {
      for (const name of [
        '.gati/gati.manifest.json',
        '.gati/openapi.json',
        '.gati/generated/client.ts',
      ])
        fs.rmSync(at(name), { force: true });
      const generated = await gati('generate', '--json');
      expect(generated.code, generated.stderr).toBe(0);
      JSON.parse(generated.stdout);

      const route = (readJson('.gati/gati.manifest.json').contract.routes as { id: string }[]).find(
        ({ id }) => id === 'POST /payments/:id/capture',
      );
      expect(route).toMatchObject({
        domain: 'payments',
        name: ['payments', 'capture'],
        responses: {
          '202': {
            contentType: 'application/json',
            schema: {
              type: 'object',
              required: ['state'],
              properties: { state: { const: 'capturing' } },
            },
          },
          '409': {
            contentType: 'application/json',
            schema: {
              type: 'object',
              required: ['error'],
              properties: { error: { const: 'ReservationFailed' } },
            },
          },
        },
      });
      expect(Object.keys((route as unknown as { responses: object }).responses)).toEqual([
        '202',
        '409',
      ]);

      const openapi = readJson('.gati/openapi.json');
      const { valid, errors } = await new Validator().validate(structuredClone(openapi));
      expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
      const { responses } = openapi['paths']['/payments/{id}/capture'].post;
      // 300, 406 and 410 are about the version of the request.
      expect(Object.keys(responses)).toEqual(['202', '300', '406', '409', '410', 'default']);
      expect(responses['202'].content['application/json'].schema).toMatchObject({
        properties: { state: { const: 'capturing' } },
      });
      expect(responses['409'].content['application/json'].schema).toMatchObject({
        properties: { error: { const: 'ReservationFailed' } },
      });
    });

    test('gives the client exactly its types', async () => {
      write('src/exact.ts', EXACT_TYPES);
      const { code, stdout } = await runProcess('npx', tsc, { cwd: app.folder, env: app.env });
      const errors = stdout.split('\n').filter((line) => line.startsWith('src/exact.ts'));
      expect(errors).toEqual([]);
      // In the bare form, `tsc` reports errors in the handler itself, and only there.
      if (form === 'typed') expect(code, stdout).toBe(0);
      fs.rmSync(at('src/exact.ts'));
    });

    test('responds 202 and 409 in dev', async () => {
      const server = await startDevServer(app.folder, app.env);
      await expectCaptures(server.url);
    });

    test('responds 202 and 409 from the build', async () => {
      await runOrThrow('npm', ['run', 'build'], { cwd: app.folder, env: app.env });
      const server = await startBuiltServer(app.folder, app.env);
      await expectCaptures(server.url);
      const { responses } = readJson('dist/openapi.json')['paths']['/payments/{id}/capture'].post;
      // 300, 406 and 410 are about the version of the request.
      expect(Object.keys(responses)).toEqual(['202', '300', '406', '409', '410', 'default']);
    });

    test.skipIf(form === 'typed')('gets types from gati check --fix', async () => {
      const checked = await gati('check', '--json');
      expect(checked.code, checked.stdout).toBe(0);
      const fixed = await gati('check', '--fix', '--json');
      expect(fixed.code, fixed.stdout + fixed.stderr).toBe(0);
      expect(read(CAPTURE_FILE)).toMatch(/Args<typeof route>|Handler<typeof route>/);
      await runOrThrow('npx', tsc, { cwd: app.folder, env: app.env });
      write(CAPTURE_FILE, typedSource);
    });
  });
}
