import { GITHUB_ACTIONS } from '@gati/contract/internal';
import { stringify } from 'yaml';
import type { Provider } from '../config/settings.ts';
import type { PackageManager } from './package-manager.ts';

/** Facts that the workflow depends on. */
export interface WorkflowFacts {
  environment: string;
  /** Branch whose commits are deployed. */
  branch: string;
  provider: Provider;
  /** Host of the registry. */
  registry: string;
  /** Region of AWS. */
  region?: string;
  /** Folder of the app below that of the repository; `.` for the same one. */
  folder: string;
  manager: PackageManager;
  /** Whether `package.json` has a script `test`. */
  hasTests: boolean;
  /** Whether each pull request gets a preview. */
  hasPreviews: boolean;
}

/** Actions by their commits, since a tag can be moved. */
const ACTIONS = {
  ...GITHUB_ACTIONS,
  aws: ['aws-actions/configure-aws-credentials@e6de054238d6b7531b4efff3b6587d9aade6a06c', 'v6.2.3'],
} as const;

/** The first line, by which the command recognizes a file that it may replace. */
export const WORKFLOW_HEAD =
  '# Written by `gati-deploy init-ci github`. The command replaces this file.';

type Step = Record<string, unknown>;

const RUNNER = 'ubuntu-24.04';

/**
 * Prints a workflow that checks pull requests and deploys a branch. Tokens have the least
 * permissions, and only the job that deploys sees secrets.
 */
export function printGithubWorkflow(facts: WorkflowFacts): string {
  const { environment, branch, provider, folder, manager, hasTests, hasPreviews } = facts;
  const { execute, run } = manager;
  const defaults = folder === '.' ? {} : { defaults: { run: { 'working-directory': folder } } };
  const workflow = {
    name: 'Gati',
    on: {
      push: { branches: [branch] },
      pull_request: hasPreviews ? { types: [...CHANGED, 'closed'] } : null,
      workflow_dispatch: null,
    },
    // Each job requests the permissions that it needs.
    permissions: {},
    jobs: {
      check: {
        name: 'Check and build',
        ...(hasPreviews && { if: "github.event.action != 'closed'" }),
        'runs-on': RUNNER,
        'timeout-minutes': 20,
        permissions: { contents: 'read' },
        concurrency: { group: 'gati-check-${{ github.ref }}', 'cancel-in-progress': true },
        ...defaults,
        steps: [
          ...prepare(manager),
          { run: `${execute} gati check` },
          ...(hasTests ? [{ run: `${run} test` }] : []),
          { run: `${run} build` },
        ],
      },
      deploy: {
        name: `Deploy to ${environment}`,
        needs: 'check',
        if: `github.event_name != 'pull_request' && github.ref == 'refs/heads/${branch}'`,
        'runs-on': RUNNER,
        'timeout-minutes': 60,
        environment,
        permissions: permissions(facts),
        // A deploy that runs is never cancelled: the next one waits for it.
        concurrency: { group: `gati-deploy-${environment}`, 'cancel-in-progress': false },
        ...defaults,
        steps: [
          ...prepare(manager),
          { run: `${run} build` },
          ...login(facts),
          ...access(facts),
          {
            run: `${execute} gati-deploy ${provider} ${environment}`,
            ...(provider === 'kubernetes' && { env: KUBECONFIG }),
          },
        ],
      },
      ...(hasPreviews && previewJobs(facts, defaults)),
    },
  };
  const text = stringify(workflow, { lineWidth: 0, nullStr: '', aliasDuplicateObjects: false });
  return `${WORKFLOW_HEAD}\n${withComments(withVersions(text))}`;
}

const GHCR = 'ghcr.io';
const KUBECONFIG = { KUBECONFIG: '${{ runner.temp }}/kubeconfig' };
/** Events that change a pull request. */
const CHANGED = ['opened', 'synchronize', 'reopened'];
/** Forks get no secrets, so they can't have a preview. */
const IS_OWN =
  "github.event_name == 'pull_request' && github.event.pull_request.head.repo.full_name == github.repository";

function permissions({ provider, registry }: WorkflowFacts): Record<string, string> {
  return {
    contents: 'read',
    ...(provider === 'aws' && { 'id-token': 'write' }),
    ...(registry === GHCR && { packages: 'write' }),
  };
}

/** Deploys a preview for each pull request of the repository, and removes it with the pull request. */
function previewJobs(facts: WorkflowFacts, defaults: object): Record<string, object> {
  const { environment, provider, manager } = facts;
  const { execute, run } = manager;
  const env = {
    NUMBER: '${{ github.event.number }}',
    ...(provider === 'kubernetes' && KUBECONFIG),
  };
  const job = {
    'runs-on': RUNNER,
    'timeout-minutes': 30,
    environment: 'preview',
    concurrency: {
      group: 'gati-preview-${{ github.event.number }}',
      'cancel-in-progress': false,
    },
    ...defaults,
  };
  return {
    preview: {
      name: 'Deploy a preview',
      needs: 'check',
      if: `${IS_OWN} && github.event.action != 'closed'`,
      permissions: { ...permissions(facts), 'pull-requests': 'write' },
      ...job,
      steps: [
        ...prepare(manager),
        { run: `${run} build` },
        ...login(facts),
        ...access(facts),
        {
          run: `${execute} gati-deploy preview "pr-$NUMBER" --env ${environment} --markdown preview.md`,
          env,
        },
        {
          name: 'Comment on the pull request',
          run: 'gh pr comment "$NUMBER" --edit-last --create-if-none --body-file preview.md',
          env: { NUMBER: env.NUMBER, GH_TOKEN: '${{ github.token }}' },
        },
      ],
    },
    'preview-end': {
      name: 'Remove the preview',
      if: `${IS_OWN} && github.event.action == 'closed'`,
      // The removal of a preview pushes no image.
      permissions: permissions({ ...facts, registry: '' }),
      ...job,
      steps: [
        ...prepare(manager),
        ...access(facts),
        { run: `${execute} gati-deploy preview delete "pr-$NUMBER" --env ${environment}`, env },
      ],
    },
  };
}

const prepare = (manager: PackageManager): Step[] => [
  // Scripts of packages could read a token in the folder.
  { uses: ACTIONS.checkout[0], with: { 'persist-credentials': false } },
  // Without a cache, a pull request can't put files into the job that deploys.
  { uses: ACTIONS.node[0], with: { 'node-version': 24, 'package-manager-cache': false } },
  ...manager.install.map((run) => ({ run })),
];

/** Logs in to the registry. The registry of a cloud needs no separate login. */
function login({ provider, registry }: WorkflowFacts): Step[] {
  if (provider === 'aws') return [];
  const isGithub = registry === GHCR;
  return [
    {
      name: `Log in to ${registry}`,
      run: `printenv REGISTRY_PASSWORD | docker login "$REGISTRY" --username "$REGISTRY_USER" --password-stdin`,
      env: {
        REGISTRY: registry,
        REGISTRY_USER: isGithub ? '${{ github.actor }}' : '${{ secrets.REGISTRY_USER }}',
        REGISTRY_PASSWORD: isGithub ? '${{ github.token }}' : '${{ secrets.REGISTRY_PASSWORD }}',
      },
    },
  ];
}

/** Gives the job access to the cloud, or to the cluster. */
function access({ provider, region }: WorkflowFacts): Step[] {
  if (provider === 'aws')
    return [
      {
        uses: ACTIONS.aws[0],
        with: {
          'role-to-assume': '${{ vars.AWS_ROLE }}',
          'aws-region': region ?? '${{ vars.AWS_REGION }}',
        },
      },
    ];
  if (provider !== 'kubernetes') return [];
  return [
    {
      name: 'Write the kubeconfig',
      run: 'umask 077\nprintenv KUBECONFIG_DATA > "$RUNNER_TEMP/kubeconfig"\n',
      env: { KUBECONFIG_DATA: '${{ secrets.KUBECONFIG }}' },
    },
  ];
}

/** Reasons for the permissions of a token. */
const REASONS: Record<string, string> = {
  'contents: read': 'to check out the code',
  'packages: write': 'to push the image',
  'pull-requests: write': 'to comment the address of the preview',
  'id-token: write': 'to log in to the cloud without a stored key',
};

/** Adds reasons, and an empty line before each top-level key and each job. */
function withComments(text: string): string {
  return text
    .split('\n')
    .map((line) => {
      const reason = REASONS[line.trim()];
      return reason === undefined ? line : `${line} # ${reason}`;
    })
    .join('\n')
    .replace(/\n(?=on:|permissions:|jobs:| {2}(?:deploy|preview|preview-end):)/g, '\n\n');
}

/** Adds the version of each action as a comment, which tools that update pins read. */
function withVersions(text: string): string {
  return Object.values(ACTIONS).reduce(
    (all, [action, version]) => all.replaceAll(action, `${action} # ${version}`),
    text,
  );
}
