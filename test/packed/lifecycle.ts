import fs from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest';
import { editFile } from '@gati/test-kit/files';
import { stopProcesses, runOrThrow } from '@gati/test-kit/processes';
import { type ParsedResponse, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';

export interface Life {
  template: string;
  /** What an app of this template answers, in dev and from the build. `url` has no path. */
  works(url: string): Promise<void>;
  /** An edit of a handler, and the answer that it gives afterwards. */
  edit: {
    file: string;
    from: string;
    to: string;
    ask(url: string): Promise<ParsedResponse>;
    expect: unknown;
  };
}

export interface App {
  folder: string;
  env: NodeJS.ProcessEnv;
}

/** `npm create gati` from the registry, then what its author does with it. Tests that follow may use the app, which is built by then. */
export function live({ template, works, edit: change }: Life): App {
  const app: App = { folder: '', env: {} };
  let base: string;

  beforeAll(() => {
    app.env = inject('registryEnv');
    base = temporaryFolder(`create-${template}`);
    app.folder = path.join(base, 'my-app');
  });
  afterEach(stopProcesses);
  afterAll(() => fs.rmSync(base, { recursive: true, force: true }));

  test('npm create gati', async () => {
    const args = ['create', 'gati@latest', 'my-app', '--', '--template', template, '--yes'];
    const { stdout } = await runOrThrow('npm', args, { cwd: base, env: app.env });
    expect(stdout).toContain('cd my-app\n  npm run dev');
    expect(fs.existsSync(path.join(app.folder, 'node_modules/vite-plugin-gati/package.json'))).toBe(
      true,
    );
  });

  test('tsc --noEmit right after the installation', async () => {
    await runOrThrow('npx', ['tsc', '--noEmit'], { cwd: app.folder, env: app.env });
  });

  test('npm run dev, an edit without a restart', async () => {
    const server = await startDevServer(app.folder, app.env);
    await works(server.url);
    const file = path.join(app.folder, change.file);
    const before = fs.readFileSync(file, 'utf8');
    expect(before).toContain(change.from);
    editFile(file, (text) => text.replace(change.from, change.to));
    await until('the edit is served', async () => {
      const answer = await change.ask(server.url);
      return JSON.stringify(answer.body) === JSON.stringify(change.expect);
    });
    expect(server.stdout).not.toMatch(/server restarted/i);
    editFile(file, () => before);
    await until('the edit is taken back', async () => {
      await works(server.url);
      return true;
    });
    expect(server.stderr).not.toMatch(/error/i);
  });

  test('npm test', async () => {
    await runOrThrow('npm', ['test'], { cwd: app.folder, env: app.env });
  });

  test('gati check has nothing to say', async () => {
    const { stdout } = await runOrThrow('npx', ['gati', 'check', '--json'], {
      cwd: app.folder,
      env: app.env,
    });
    expect(JSON.parse(stdout)).toEqual({ warnings: [], errors: [] });
  });

  test('npm run build, npm start', async () => {
    await runOrThrow('npm', ['run', 'build'], { cwd: app.folder, env: app.env });
    const server = await startBuiltServer(app.folder, app.env, ['npm', 'start', '--silent']);
    await works(server.url);
  });

  test('dist/ runs alone', async () => {
    const alone = temporaryFolder('alone');
    fs.cpSync(path.join(app.folder, 'dist'), path.join(alone, 'dist'), { recursive: true });
    const server = await startBuiltServer(alone, { PATH: process.env['PATH'] });
    await works(server.url);
    await server.stop();
    expect(server.child.exitCode).toBe(0);
    fs.rmSync(alone, { recursive: true });
  });

  test('tsc --noEmit', async () => {
    await runOrThrow('npx', ['tsc', '--noEmit'], { cwd: app.folder, env: app.env });
  });

  return app;
}
