import fs from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { captureProgram } from '../helpers/capture-program.ts';

const WORKFLOW = '.github/workflows/gati-deploy.yml';

interface Workflow {
  on: object;
  permissions: object;
  jobs: Record<
    'check' | 'deploy',
    { permissions: object; if?: string; steps: { uses?: string; run?: string; env?: object }[] }
  >;
}

function makeApp(settings: string, files: Record<string, string> = {}): string {
  const app = temporaryFolder('ci');
  const all: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'shop', scripts: { test: 'vitest run' } }),
    'package-lock.json': '{}',
    'gati.deploy.yaml': settings,
    '.git/HEAD': 'ref: refs/heads/main',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    fs.mkdirSync(path.dirname(path.join(app, name)), { recursive: true });
    fs.writeFileSync(path.join(app, name), text);
  }
  return app;
}

const runsOf = ({ jobs }: Workflow): string[] =>
  jobs.deploy.steps.flatMap(({ run }) => (run === undefined ? [] : [run]));

const read = (app: string, file: string): string => fs.readFileSync(path.join(app, file), 'utf8');

test('the workflow pins actions by commit, and its token may only read the code', async () => {
  const app = makeApp('image:\n  repository: registry.example.com/shop\n');
  const { code, stdout } = await captureProgram(['init-ci', 'github', '--root', app]);
  expect(code).toBe(0);
  expect(stdout).toContain('REGISTRY_USER, REGISTRY_PASSWORD, KUBECONFIG');
  const text = read(app, WORKFLOW);
  const workflow = parse(text) as Workflow;
  expect(workflow.permissions).toEqual({});
  expect(workflow.jobs.check.permissions).toEqual({ contents: 'read' });
  expect(workflow.jobs.deploy.permissions).toEqual({ contents: 'read' });
  const uses = [...workflow.jobs.check.steps, ...workflow.jobs.deploy.steps].flatMap(
    (step) => step.uses ?? [],
  );
  expect(uses).toHaveLength(4);
  for (const each of uses) expect(each).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
  expect(text.match(/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)).toHaveLength(4);
  expect(workflow.jobs.check.steps.map(({ run }) => run)).toContain('npm run test');
  expect(runsOf(workflow).at(-1)).toBe('npx gati-deploy kubernetes production');
  // Expressions in scripts could contain code.
  for (const run of runsOf(workflow)) expect(run).not.toContain('${{');
  expect(workflow.jobs.deploy.if).toBe(
    "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'",
  );
});

test('the job that deploys gets the permissions of its registry or cloud, and no more', async () => {
  const github = makeApp('image:\n  repository: ghcr.io/team/shop\n', { 'pnpm-lock.yaml': '' });
  fs.rmSync(path.join(github, 'package-lock.json'));
  expect((await captureProgram(['init-ci', 'github', '--root', github])).code).toBe(0);
  const own = parse(read(github, WORKFLOW)) as Workflow;
  expect(own.jobs.deploy.permissions).toEqual({ contents: 'read', packages: 'write' });
  expect(runsOf(own)).toContain('pnpm install --frozen-lockfile');

  const aws = makeApp('provider: aws\ncloud:\n  region: eu-central-1\n');
  const { code, stdout } = await captureProgram([
    'init-ci',
    'github',
    '--env',
    'staging',
    '--branch',
    'release/next',
    '--root',
    aws,
  ]);
  expect(code).toBe(0);
  expect(stdout).toContain('gati-deploy policy staging');
  const cloud = parse(read(aws, WORKFLOW)) as Workflow;
  expect(cloud.jobs.deploy.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  expect(runsOf(cloud).at(-1)).toBe('npx gati-deploy aws staging');
  expect(cloud.on).toMatchObject({ push: { branches: ['release/next'] } });
});

test('a preview of a pull request sees secrets only if the branch is in the repository', async () => {
  const app = makeApp('image:\n  repository: ghcr.io/team/shop\n');
  const { code } = await captureProgram(['init-ci', 'github', '--previews', '--root', app]);
  expect(code).toBe(0);
  const { on, jobs } = parse(read(app, WORKFLOW)) as Workflow;
  expect(on).toMatchObject({ pull_request: { types: expect.arrayContaining(['closed']) } });
  const all = jobs as Record<string, Workflow['jobs']['check']>;
  for (const [name, run] of [
    ['preview', 'npx gati-deploy preview "pr-$NUMBER" --env production --markdown preview.md'],
    ['preview-end', 'npx gati-deploy preview delete "pr-$NUMBER" --env production'],
  ] as const) {
    expect(all[name]!.if).toContain(
      'github.event.pull_request.head.repo.full_name == github.repository',
    );
    expect(all[name]!.steps.map((step) => step.run)).toContain(run);
    for (const step of all[name]!.steps) expect(step.run ?? '').not.toContain('${{');
  }
  expect(all['preview']!.permissions).toEqual({
    contents: 'read',
    packages: 'write',
    'pull-requests': 'write',
  });
  // Its removal pushes no image.
  expect(all['preview-end']!.permissions).toEqual({ contents: 'read' });
  expect(JSON.stringify(all['preview-end'])).not.toMatch(/docker login|REGISTRY|github\.token/);
  const custom = makeApp('provider: custom\nimage:\n  repository: ghcr.io/team/shop\n');
  const other = await captureProgram(['init-ci', 'github', '--previews', '--root', custom]);
  expect(other.stderr).toContain('the target custom has no previews');
});

test('an app in a folder of its repository gets its files where the systems look for them', async () => {
  const repository = makeApp('', {
    'apps/shop/package.json': '{"name":"@team/shop"}',
    'apps/shop/gati.deploy.yaml': 'image:\n  repository: r.example.com/shop\n',
  });
  const app = path.join(repository, 'apps/shop');
  expect((await captureProgram(['init-ci', 'github', '--root', app])).code).toBe(0);
  expect(parse(read(repository, WORKFLOW))).toMatchObject({
    jobs: { deploy: { defaults: { run: { 'working-directory': 'apps/shop' } } } },
  });
  const address = 'https://me:hunter2@git.example.com/shop.git';
  const argo = ['init-ci', 'argocd', '--root', app, '--repo', address];
  expect((await captureProgram(argo)).code).toBe(0);
  expect(parse(read(app, 'deploy/argocd/production.yaml'))).toMatchObject({
    kind: 'Application',
    spec: {
      source: {
        // The file is committed, so it has no password.
        repoURL: 'https://git.example.com/shop.git',
        path: 'apps/shop/deploy/production',
        targetRevision: 'main',
      },
      destination: { namespace: 'team-shop-production' },
    },
  });
});

test('a file of a person is replaced with `--force` only, and wrong words are named', async () => {
  const app = makeApp('image:\n  repository: r.example.com/shop\n', { [WORKFLOW]: 'name: Mine\n' });
  const first = await captureProgram(['init-ci', 'github', '--root', app]);
  expect(first.code).toBe(2);
  expect(first.stderr).toContain('exists already');
  expect(read(app, WORKFLOW)).toBe('name: Mine\n');
  expect((await captureProgram(['init-ci', 'github', '--force', '--root', app])).code).toBe(0);
  expect((await captureProgram(['init-ci', 'github', '--root', app])).code).toBe(0);
  // The workflow of another environment is not lost.
  const other = await captureProgram(['init-ci', 'github', '--env', 'staging', '--root', app]);
  expect(other.code).toBe(2);
  expect(other.stderr).toContain('deploys production');
  expect((await captureProgram(['init-ci', '--root', app])).code).toBe(2);
  expect((await captureProgram(['init-ci', 'jenkins', '--root', app])).stderr).toContain(
    'Name one of them: github, argocd',
  );
  const branch = await captureProgram(['init-ci', 'github', '--branch', "a'b", '--root', app]);
  expect(branch.code).toBe(2);
  const origin = await captureProgram(['init-ci', 'argocd', '--root', app]);
  expect(origin.stderr).toContain('`--repo`');
});

test('rejects a cloud to which the workflow could not log in', async () => {
  const app = makeApp('provider: gcp\nimage:\n  repository: registry.example.com/shop\n');
  const { code, stderr } = await captureProgram(['init-ci', 'github', '--root', app]);
  expect(code).toBe(2);
  expect(stderr).toContain('there is no workflow for Google Cloud yet');
  expect(fs.existsSync(path.join(app, WORKFLOW))).toBe(false);
});
