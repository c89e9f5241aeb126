import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { isObject } from '@gati/contract/data';
import { redactUrls } from '@gati/contract/internal';
import { usageError } from '@gati/runtime-h3/command';
import { APPLICATION_HEAD, printArgoApplication } from '../../ci/argo-application.ts';
import { printGithubWorkflow, WORKFLOW_HEAD } from '../../ci/github-workflow.ts';
import { findPackageManager } from '../../ci/package-manager.ts';
import { isCloud } from '../../cloud/load-cloud.ts';
import type { Settings } from '../../config/settings.ts';
import { toTarget } from '../../objects/target.ts';
import { parseReference } from '../../registry/reference.ts';
import { type Call, OK } from '../command.ts';
import { readAppName, readAllRegions } from '../read-app.ts';

/** Parts of the repository that the files name. */
interface Repository {
  /** Absolute path. */
  folder: string;
  /** Folder of the app below it, with `/`; `.` for the same one. */
  app: string;
  branch: string;
}

const SYSTEMS = ['github', 'argocd'] as const;

/** `gati-deploy init-ci github|argocd`: writes the file with which another system deploys. */
export async function run(call: Call): Promise<number> {
  const { words, options, root, reporter } = call;
  const system = SYSTEMS.find((name) => name === words[0]);
  if (!system)
    throw usageError(
      words[0] === undefined
        ? 'The system is missing'
        : `There is no system \`${words[0].slice(0, 60)}\``,
      `Name one of them: ${SYSTEMS.join(', ')}.`,
    );
  const word = typeof options['env'] === 'string' ? options['env'] : undefined;
  const { environment, settings } = readAllRegions(call, word);
  const branch = typeof options['branch'] === 'string' ? options['branch'] : 'main';
  if (!BRANCH.test(branch))
    throw usageError(
      `\`${branch.slice(0, 60)}\` is not the name of a branch`,
      'Name it with `--branch`.',
    );
  const repository = findRepository(root, branch);
  const file =
    system === 'github'
      ? githubFile(call, repository, environment, settings)
      : argoFile(call, repository, environment, settings);
  const target = path.join(repository.folder, file.path);
  if (fs.existsSync(target) && options['force'] !== true) {
    const before = fs.readFileSync(target, 'utf8');
    if (before.split('\n', 1)[0] !== file.head)
      throw usageError(`${file.path} exists already`, 'Replace it with `--force`.');
    const other = findSubject(before);
    if (other !== findSubject(file.text))
      throw usageError(`${file.path} deploys ${other}`, 'Rename that file, or use `--force`.');
  }
  fs.mkdirSync(path.dirname(target), { recursive: true });
  fs.writeFileSync(target, file.text);
  reporter.line(`wrote ${path.relative(process.cwd(), target) || target}`);
  for (const step of file.next) reporter.line(`  ${step}`);
  reporter.document({ file: target, next: file.next });
  return OK;
}

/** Returns the environment that a workflow deploys, and the folder of its app. */
function findSubject(text: string): string {
  const [, environment] = /^ {4}environment: (.+)$/m.exec(text) ?? [];
  const [, folder] = /^ {8}working-directory: (.+)$/m.exec(text) ?? [];
  return `${environment ?? 'nothing'}${folder === undefined ? '' : ` of ${folder}`}`;
}

/** Characters that have no meaning in YAML, in a shell or in an expression of GitHub. */
const BRANCH = /^[A-Za-z0-9][\w./-]{0,99}$/;

interface CiFile {
  /** Below the folder of the repository. */
  path: string;
  head: string;
  text: string;
  /** Next steps for the user, one sentence each. */
  next: string[];
}

function githubFile(
  { root, options }: Call,
  { app, branch }: Repository,
  environment: string,
  settings: Settings,
): CiFile {
  const { provider = 'kubernetes', cloud } = settings;
  if (provider === 'gcp')
    throw usageError(
      'there is no workflow for Google Cloud yet',
      'Write one that sets GOOGLE_APPLICATION_CREDENTIALS, and runs `gati-deploy gcp`.',
    );
  const name = settings.image?.repository;
  if (name === undefined && provider !== 'aws')
    throw usageError('`image.repository` is missing in gati.deploy.yaml', 'Set it first.');
  const registry = name === undefined ? '' : parseReference(name).host;
  const hasPreviews = options['previews'] === true;
  if (hasPreviews && provider !== 'kubernetes' && !isCloud(provider))
    throw usageError(`the target ${provider} has no previews`, 'Leave out `--previews`.');
  const text = printGithubWorkflow({
    environment,
    branch,
    provider,
    registry,
    region: cloud?.region,
    folder: app,
    manager: findPackageManager(root),
    hasTests: hasScript(root, 'test'),
    hasPreviews,
  });
  const secrets = [
    ...(provider !== 'aws' && registry !== 'ghcr.io' ? ['REGISTRY_USER', 'REGISTRY_PASSWORD'] : []),
    ...(provider === 'kubernetes' ? ['KUBECONFIG'] : []),
  ];
  const at = `the environment \`${environment}\` of the repository${hasPreviews ? ', and to its environment `preview`' : ''}`;
  return {
    path: '.github/workflows/gati-deploy.yml',
    head: WORKFLOW_HEAD,
    text,
    next: [
      ...(secrets.length > 0 ? [`Add the secrets ${secrets.join(', ')} to ${at}.`] : []),
      ...(provider === 'aws'
        ? [
            `Add the variable AWS_ROLE to ${at}: the ARN of a role that trusts token.actions.githubusercontent.com.`,
            `Give the role the policy that \`gati-deploy policy ${environment}\` prints.`,
          ]
        : []),
    ],
  };
}

function argoFile(
  { root, options }: Call,
  { app: below, branch }: Repository,
  environment: string,
  settings: Settings,
): CiFile {
  const app = readAppName(root);
  const { app: name, namespace } = toTarget(app, environment, settings);
  const url =
    typeof options['repo'] === 'string' ? withoutPassword(options['repo']) : readRemote(root);
  if (url === undefined)
    throw usageError('The repository has no remote `origin`', 'Name its address with `--repo`.');
  const rendered = `deploy/${environment}`;
  const text = printArgoApplication({
    app: name,
    environment,
    namespace,
    repository: url,
    branch,
    folder: path.posix.join(below, rendered),
  });
  return {
    path: path.posix.join(below, `deploy/argocd/${environment}.yaml`),
    head: APPLICATION_HEAD,
    text,
    next: [
      `Write the objects after each build, and commit them: gati-deploy image --env ${environment} && gati-deploy render ${environment} --out ${rendered}`,
      `Register the app once: kubectl apply -f deploy/argocd/${environment}.yaml`,
    ],
  };
}

/** Finds the folder with `.git`; without one, the app is the repository. */
function findRepository(root: string, branch: string): Repository {
  for (let folder = root; ; folder = path.dirname(folder)) {
    if (fs.existsSync(path.join(folder, '.git'))) {
      const app = path.relative(folder, root).split(path.sep).join('/') || '.';
      return { folder, app, branch };
    }
    if (path.dirname(folder) === folder) return { folder: root, app: '.', branch };
  }
}

/** Returns the address of `origin` without its password. */
function readRemote(root: string): string | undefined {
  const { status, stdout } = spawnSync('git', ['remote', 'get-url', 'origin'], {
    cwd: root,
    encoding: 'utf8',
    timeout: 5000,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const url = stdout?.trim();
  if (status !== 0 || !url) return undefined;
  return withoutPassword(url);
}

/** Removes the user and the password of an address. Argo CD has credentials of its own. */
function withoutPassword(address: string): string {
  if (!/^https?:/i.test(address) || !URL.canParse(address)) return redactUrls(address);
  const url = new URL(address);
  url.username = url.password = '';
  return url.href;
}

function hasScript(root: string, name: string): boolean {
  const file = path.join(root, 'package.json');
  const json: unknown = fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : {};
  const scripts = isObject(json) ? json['scripts'] : undefined;
  return isObject(scripts) && typeof scripts[name] === 'string';
}
