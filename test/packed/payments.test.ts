import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { Validator } from '@seriousme/openapi-schema-validator';
import { editFile } from '@gati/test-kit/files';
import { runProcess, runOrThrow } from '@gati/test-kit/processes';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { live } from './lifecycle.ts';
import { describeReleases } from './releases.ts';
import { describeSdk } from './sdk.ts';

const HANDLER = 'src/handlers/payments/capture.ts';

describe('payments', () => {
  const capture = (url: string, amount: unknown): ReturnType<typeof call> =>
    call(`${url}/payments/p1/capture`, { method: 'POST', body: { amount } });
  const captures = async (url: string): Promise<void> => {
    expect(await capture(url, 5)).toMatchObject({ status: 202, body: { state: 'capturing' } });
    expect(await capture(url, 1_000_000)).toMatchObject({
      status: 409,
      body: { error: 'ReservationFailed' },
    });
  };

  const app = live({
    template: 'payments',
    async works(url) {
      await captures(url);
      const refused = await capture(url, 'five');
      expect(refused).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'body', path: '/amount' }] },
      });
      expect(refused.headers.get('content-type')).toContain('application/problem+json');
      const events = await call(`${url}/payments/p1/events`);
      expect(events.headers.get('content-type')).toContain('text/event-stream');
      expect(events.body).toContain('data: {"id":"p1","state":"captured"}');
    },
    edit: {
      file: HANDLER,
      from: "error: 'ReservationFailed'",
      to: "error: 'NoFunds'",
      ask: (url) => capture(url, 1_000_000),
      expect: { error: 'NoFunds' },
    },
  });
  const gati = (...args: string[]): ReturnType<typeof runProcess> =>
    runProcess('npx', ['gati', ...args], { cwd: app.folder, env: app.env });
  const file = (name: string): string => path.join(app.folder, name);
  // oxlint-disable-next-line typescript/no-explicit-any -- documents whose members a test reads
  const json = (name: string): any => JSON.parse(fs.readFileSync(file(name), 'utf8'));

  describe.each([
    { form: 'typed', source: undefined },
    {
      form: 'bare',
      source:
        "export const route = 'POST /payments/:id/capture';\n\nexport async function handler(req, res, gctx) {",
    },
  ])('the $form handler', ({ source }) => {
    let typed: string;

    test('is written', () => {
      typed = fs.readFileSync(file(HANDLER), 'utf8');
      if (source === undefined) return;
      editFile(file(HANDLER), (text) =>
        text.replace(/^[\s\S]*?=> \{/, source).replace('\n};\n', '\n}\n'),
      );
      expect(fs.readFileSync(file(HANDLER), 'utf8')).toContain('handler(req, res, gctx)');
    });

    test('gives exactly its two answers in contract, OpenAPI and client', async () => {
      for (const name of [
        '.gati/gati.manifest.json',
        '.gati/openapi.json',
        '.gati/generated/client.ts',
      ])
        fs.rmSync(file(name), { force: true });
      const generated = await gati('generate', '--json');
      expect(generated.code, generated.stderr).toBe(0);
      JSON.parse(generated.stdout);

      const route = (json('.gati/gati.manifest.json').contract.routes as { id: string }[]).find(
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

      const openapi = json('.gati/openapi.json');
      const { valid, errors } = await new Validator().validate(structuredClone(openapi));
      expect(errors).toBeUndefined();
      expect(valid).toBe(true);
      const { responses } = openapi['paths']['/payments/{id}/capture'].post;
      expect(Object.keys(responses)).toEqual(['202', '409', 'default']);
      expect(responses['202'].content['application/json'].schema).toMatchObject({
        properties: { state: { const: 'capturing' } },
      });
      expect(responses['409'].content['application/json'].schema).toMatchObject({
        properties: { error: { const: 'ReservationFailed' } },
      });
    });

    test('types the client with exactly these', async () => {
      fs.writeFileSync(
        file('src/exact.ts'),
        `import { client } from 'virtual:gati/client';

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
`,
      );
      const { code, stdout } = await runProcess('npx', ['tsc', '--noEmit'], {
        cwd: app.folder,
        env: app.env,
      });
      const mistakes = stdout.split('\n').filter((line) => line.startsWith('src/exact.ts'));
      expect(mistakes).toEqual([]);
      // tsc cannot type the bare form: it has its own complaint about that file alone
      if (source === undefined) expect(code, stdout).toBe(0);
      fs.rmSync(file('src/exact.ts'));
    });

    test('answers them in dev', async () => {
      const server = await startDevServer(app.folder, app.env);
      await captures(server.url);
    });

    test('answers them from the build', async () => {
      await runOrThrow('npm', ['run', 'build'], { cwd: app.folder, env: app.env });
      const server = await startBuiltServer(app.folder, app.env);
      await captures(server.url);
      expect(
        Object.keys(json('dist/openapi.json')['paths']['/payments/{id}/capture'].post.responses),
      ).toEqual(['202', '409', 'default']);
    });

    test('is typed by gati check --fix', async () => {
      if (source === undefined) return;
      const checked = await gati('check', '--json');
      expect(checked.code, checked.stdout).toBe(0);
      const fixed = await gati('check', '--fix', '--json');
      expect(fixed.code, fixed.stdout + fixed.stderr).toBe(0);
      expect(fs.readFileSync(file(HANDLER), 'utf8')).toMatch(
        /Args<typeof route>|Handler<typeof route>/,
      );
      await runOrThrow('npx', ['tsc', '--noEmit'], { cwd: app.folder, env: app.env });
      fs.writeFileSync(file(HANDLER), typed);
    });
  });

  describe('names that scripts rely on', () => {
    test('gati generate writes without bundling', async () => {
      fs.rmSync(file('.gati'), { recursive: true });
      fs.rmSync(file('dist'), { recursive: true });
      expect((await gati('generate')).code).toBe(0);
      for (const name of [
        'generated/client.ts',
        'generated/context.ts',
        'types/gati.d.ts',
        'gati.manifest.json',
        'openapi.json',
      ]) {
        expect(fs.existsSync(file(`.gati/${name}`)), name).toBe(true);
      }
      expect(fs.readFileSync(file('.gati/.gitignore'), 'utf8')).toBe('*\n');
      expect(fs.existsSync(file('dist'))).toBe(false);
    });

    test('gati check --json', async () => {
      const handler = file('src/handlers/unknown.ts');
      fs.writeFileSync(
        handler,
        `export const route = 'GET /unknown';\n\nexport const handler: Handler<typeof route> = (_req, res) => res.json(JSON.parse('{}'));\n`,
      );
      const warned = await gati('check', '--json');
      expect(warned.code).toBe(1);
      const { warnings, errors } = JSON.parse(warned.stdout) as {
        warnings: Record<string, unknown>[];
        errors: unknown[];
      };
      expect(errors).toEqual([]);
      expect(warnings).toEqual([
        expect.objectContaining({
          code: expect.stringMatching(/^GATI_/),
          file: 'src/handlers/unknown.ts',
          line: 3,
          message: expect.any(String),
          fix: expect.any(String),
        }),
      ]);
      fs.writeFileSync(
        handler,
        `export const route = 'GET /unknown';\n\nexport const handler: Handler<typeof route> = () => missing;\n`,
      );
      const wrong = JSON.parse((await gati('check', '--json')).stdout) as {
        errors: { file: string; line: number }[];
      };
      expect(wrong.errors).toEqual([
        expect.objectContaining({ file: 'src/handlers/unknown.ts', line: 3 }),
      ]);
      fs.rmSync(handler);
    });

    test.each(['generate', 'check', 'build'])('wrong use of gati %s is 2', async (command) => {
      const { code, stdout } = await gati(command, '--nonsense', '--json');
      expect(code).toBe(2);
      if (stdout !== '') JSON.parse(stdout);
    });

    test('the outputs of gati build, as of vite build', async () => {
      const built = await gati('build', '--json');
      expect(built.code, built.stderr).toBe(0);
      JSON.parse(built.stdout);
      for (const name of [
        'server/index.mjs',
        'gati.manifest.json',
        'openapi.json',
        'CHANGELOG.md',
        'Dockerfile',
        '.dockerignore',
      ]) {
        expect(fs.existsSync(file(`dist/${name}`)), name).toBe(true);
      }
    });

    test('HOST, PORT, GATI_WORKERS, GATI_EFFECTS; probes', async () => {
      const env = {
        ...app.env,
        HOST: '127.0.0.1',
        PORT: '0',
        GATI_WORKERS: '2',
        GATI_EFFECTS: 'memory:',
      };
      const server = await startBuiltServer(app.folder, env);
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
      await captures(server.url);
      expect(await call(`${server.url}/livez`)).toMatchObject({ status: 200 });
      await until('ready', async () => (await call(`${server.url}/readyz`)).status === 200);
      // the effect runs behind the answer and logs
      await server.waitForOutput(/"msg":"captured"/);
      await server.stop();
      expect(server.child.exitCode).toBe(0);
    });

    test('gati dev needs no config file', async () => {
      const config = fs.readFileSync(file('vite.config.ts'), 'utf8');
      for (const name of ['vite.config.ts', 'tsconfig.json'])
        fs.renameSync(file(name), `${app.folder}-${name}`);
      const server = await startDevServer(app.folder, app.env, ['npx', 'gati', 'dev']);
      await captures(server.url);
      for (const name of ['vite.config.ts', 'tsconfig.json'])
        fs.renameSync(`${app.folder}-${name}`, file(name));
      expect(fs.readFileSync(file('vite.config.ts'), 'utf8')).toBe(config);
    });

    test('gati run', async () => {
      fs.writeFileSync(
        file('script.ts'),
        `import { reserve } from './src/modules/ledger.ts';\nconsole.log('reserved', await reserve('p9', 1));\n`,
      );
      const ran = await gati('run', 'script.ts');
      expect(ran.stdout).toContain('reserved true');
      expect(ran.code).toBe(0);
    });
  });

  describeSdk(app);
  describeReleases(app, HANDLER);
});
