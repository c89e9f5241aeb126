import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { call, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { until } from '@gati/test-kit/wait';
import { openAppFiles } from '../helpers/app-files.ts';
import type { CreatedApp } from '../helpers/describe-lifecycle.ts';
import { expectCaptures } from './capture.ts';

const UNKNOWN_FILE = 'src/handlers/unknown.ts';
/** A handler of `GET /unknown` with this body. */
const unknownHandler = (body: string): string =>
  `export const route = 'GET /unknown';\n\nexport const handler: Handler<typeof route> = ${body};\n`;

/** Declares tests of the commands, files and environment variables that scripts rely on. */
export function describeCommands(app: CreatedApp): void {
  describe('commands, files and variables that scripts rely on', () => {
    const { at, read, write, gati } = openAppFiles(app);

    test('gati generate writes .gati/ without a build', async () => {
      fs.rmSync(at('.gati'), { recursive: true });
      fs.rmSync(at('dist'), { recursive: true });
      const { code, stderr } = await gati('generate');
      expect(code, stderr).toBe(0);
      for (const name of [
        'generated/client.ts',
        'generated/context.ts',
        'types/gati.d.ts',
        'gati.manifest.json',
        'openapi.json',
      ]) {
        expect(fs.existsSync(at(`.gati/${name}`)), name).toBe(true);
      }
      expect(read('.gati/.gitignore')).toBe('*\n!/playground/\n!/playground/*.yaml\n');
      expect(fs.existsSync(at('dist'))).toBe(false);
    });

    test('gati check --json prints warnings and errors with file and line', async () => {
      write(UNKNOWN_FILE, unknownHandler("(_req, res) => res.json(JSON.parse('{}'))"));
      const warned = await gati('check', '--json');
      expect(warned.code).toBe(1);
      expect(JSON.parse(warned.stdout)).toEqual({
        errors: [],
        warnings: [
          expect.objectContaining({
            code: expect.stringMatching(/^GATI_/),
            file: UNKNOWN_FILE,
            line: 3,
            message: expect.any(String),
            fix: expect.any(String),
          }),
        ],
      });
      write(UNKNOWN_FILE, unknownHandler('() => missing'));
      const failed = JSON.parse((await gati('check', '--json')).stdout) as { errors: unknown };
      expect(failed.errors).toEqual([expect.objectContaining({ file: UNKNOWN_FILE, line: 3 })]);
      fs.rmSync(at(UNKNOWN_FILE));
    });

    test.each(['generate', 'check', 'build'])(
      'gati %s exits with 2 on an unknown option',
      async (command) => {
        const { code, stdout } = await gati(command, '--nonsense', '--json');
        expect(code).toBe(2);
        if (stdout !== '') JSON.parse(stdout);
      },
    );

    test('gati build writes the server, its documents and the files of an image', async () => {
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
        expect(fs.existsSync(at(`dist/${name}`)), name).toBe(true);
      }
    });

    test('the built server reads HOST, PORT, GATI_WORKERS and GATI_EFFECTS and has probes', async () => {
      const env = {
        ...app.env,
        HOST: '127.0.0.1',
        PORT: '0',
        GATI_WORKERS: '2',
        GATI_EFFECTS: 'memory:',
      };
      const server = await startBuiltServer(app.folder, env);
      expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
      await expectCaptures(server.url);
      expect(await call(`${server.url}/livez`)).toMatchObject({ status: 200 });
      await until(
        '/readyz responds 200',
        async () => (await call(`${server.url}/readyz`)).status === 200,
      );
      // The effect runs after the response, and logs.
      await server.waitForOutput(/"msg":"captured"/);
      await server.stop();
      expect(server.child.exitCode).toBe(0);
    });

    test('gati dev runs without a config file', async () => {
      const configs = ['vite.config.ts', 'tsconfig.json'];
      const original = read('vite.config.ts');
      for (const name of configs) fs.renameSync(at(name), `${app.folder}-${name}`);
      const server = await startDevServer(app.folder, app.env, ['npx', 'gati', 'dev']);
      await expectCaptures(server.url);
      for (const name of configs) fs.renameSync(`${app.folder}-${name}`, at(name));
      expect(read('vite.config.ts')).toBe(original);
    });

    test('gati run runs a TypeScript file that imports from the app', async () => {
      write(
        'script.ts',
        `import { findByToken } from './src/modules/clerks.ts';\nconsole.log('found', await findByToken('none'));\n`,
      );
      const { code, stdout, stderr } = await gati('run', 'script.ts');
      expect({ code, stdout }, stderr).toEqual({
        code: 0,
        stdout: expect.stringContaining('found undefined'),
      });
    });
  });
}
