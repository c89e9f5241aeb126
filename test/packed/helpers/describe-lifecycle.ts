import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, expect, inject, test } from 'vitest';
import { linkSqlite } from '@gati/test-kit/apps';
import { editFile } from '@gati/test-kit/files';
import { runOrThrow, stopProcesses } from '@gati/test-kit/processes';
import { type ParsedResponse, startBuiltServer, startDevServer } from '@gati/test-kit/servers';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { eventually, until } from '@gati/test-kit/wait';

export interface Lifecycle {
  template: string;
  /** Asserts the responses of an app of this template, in dev and from the build. */
  expectToWork(origin: string): Promise<void>;
  /** An edit of a handler, and the body of a response before and after it. */
  edit: {
    file: string;
    from: string;
    to: string;
    call(origin: string): Promise<ParsedResponse>;
    expected: unknown;
  };
}

/** An app that `npm create gati` made. */
export interface CreatedApp {
  folder: string;
  /** The environment of its commands: npm uses the registry of the test run. */
  env: NodeJS.ProcessEnv;
}

/**
 * Declares tests that create an app from the registry and run every command of its `package.json`.
 * Tests declared after them may use the app, which is built by then.
 */
export function describeLifecycle({ template, expectToWork, edit }: Lifecycle): CreatedApp {
  const app: CreatedApp = { folder: '', env: {} };
  let parent: string;

  beforeAll(() => {
    app.env = inject('registryEnv');
    parent = temporaryFolder(`create-${template}`);
    app.folder = path.join(parent, 'my-app');
  });
  afterEach(stopProcesses);

  const run = (command: string, ...args: string[]): ReturnType<typeof runOrThrow> =>
    runOrThrow(command, args, { cwd: app.folder, env: app.env });

  test('npm create gati makes the app and installs its packages', async () => {
    const args = ['create', 'gati@latest', 'my-app', '--', '--template', template, '--yes'];
    const { stdout } = await runOrThrow('npm', args, { cwd: parent, env: app.env });
    expect(stdout).toContain('cd my-app\n  npm run dev');
    expect(fs.existsSync(path.join(app.folder, 'node_modules/vite-plugin-gati/package.json'))).toBe(
      true,
    );
  });

  test('tsc --noEmit passes right after the installation', async () => {
    await run('npx', 'tsc', '--noEmit');
  });

  test('npm run dev serves an edit without a restart', async () => {
    const server = await startDevServer(app.folder, app.env);
    await expectToWork(server.url);
    const file = path.join(app.folder, edit.file);
    const original = fs.readFileSync(file, 'utf8');
    expect(original).toContain(edit.from);
    editFile(file, (text) => text.replace(edit.from, edit.to));
    await until('the edit is served', async () => {
      const response = await edit.call(server.url);
      return JSON.stringify(response.body) === JSON.stringify(edit.expected);
    });
    expect(server.stdout).not.toMatch(/server restarted/i);
    editFile(file, () => original);
    await eventually(() => expectToWork(server.url));
    expect(server.stderr).not.toMatch(/error/i);
  });

  test('npm test passes', async () => {
    await run('npm', 'test');
  });

  test('gati check reports neither errors nor warnings', async () => {
    const { stdout } = await run('npx', 'gati', 'check', '--json');
    expect(JSON.parse(stdout)).toEqual({ warnings: [], errors: [] });
  });

  test('npm start serves what npm run build built', async () => {
    await run('npm', 'run', 'build');
    const server = await startBuiltServer(app.folder, app.env, ['npm', 'start', '--silent']);
    await expectToWork(server.url);
  });

  test('dist/ runs in another folder, which has no package but SQLite for Node 20', async () => {
    const folder = temporaryFolder('dist-alone');
    fs.cpSync(path.join(app.folder, 'dist'), path.join(folder, 'dist'), { recursive: true });
    linkSqlite(folder, app.folder);
    const server = await startBuiltServer(folder, { PATH: process.env['PATH'] });
    await expectToWork(server.url);
    await server.stop();
    expect(server.child.exitCode).toBe(0);
  });

  test('tsc --noEmit passes after the build', async () => {
    await run('npx', 'tsc', '--noEmit');
  });

  return app;
}
