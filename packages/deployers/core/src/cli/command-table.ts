import type { Command } from './command.ts';

const OUT_DIR = {
  type: 'string',
  hint: 'DIR',
  description: 'Folder of the build, dist by default',
} as const;
const ENV = {
  type: 'string',
  hint: 'ENV',
  description: 'Environment whose settings apply, production by default',
} as const;
const TAKE_OVER = {
  type: 'boolean',
  description: 'Replace values that other tools own',
} as const;

/** All commands, in the order of the help text. */
export const COMMANDS: Command[] = [
  {
    name: 'init',
    description: 'Write gati.deploy.yaml',
    maxWords: 0,
    options: {
      repository: {
        type: 'string',
        hint: 'NAME',
        description: 'Target of the push: HOST/REPOSITORY',
      },
      force: { type: 'boolean', description: 'Replace the file' },
    },
    examples: ['gati-deploy init --repository registry.example.com/team/shop'],
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'image',
    description: 'Build the container image of dist/ without Docker, and push it',
    maxWords: 0,
    options: {
      outDir: OUT_DIR,
      env: ENV,
      out: {
        type: 'string',
        hint: 'DIR',
        description: 'Write an OCI layout into this folder instead of pushing',
      },
    },
    examples: [
      'vite build && gati-deploy image',
      'gati-deploy image --out image   # then: docker load, skopeo copy oci:image …',
      'gati-deploy image --json | jq -r .image',
    ],
    load: () => import('./commands/image.ts'),
  },
  {
    name: 'kubernetes',
    words: '[ENV]',
    description: 'Deploy dist/ to the cluster of the kubeconfig: image, registry, rollout',
    maxWords: 1,
    options: {
      outDir: OUT_DIR,
      'dry-run': {
        type: 'boolean',
        description: 'Let the cluster check the requests, store nothing',
      },
      'take-over': TAKE_OVER,
    },
    examples: [
      'vite build && gati-deploy kubernetes',
      'gati-deploy kubernetes staging --dry-run',
      'gati-deploy kubernetes --json | jq -r .result',
    ],
    load: () => import('./commands/kubernetes.ts'),
  },
  {
    name: 'plan',
    words: '[ENV]',
    description: 'Show what a deploy would change, and push nothing',
    maxWords: 1,
    options: {
      outDir: OUT_DIR,
      out: { type: 'string', hint: 'FILE', description: 'Write the plan, for `gati-deploy apply`' },
      'take-over': TAKE_OVER,
    },
    examples: ['gati-deploy plan', 'gati-deploy image && gati-deploy plan --out plan.json'],
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'apply',
    words: 'FILE',
    description: 'Apply a plan, if the cluster is as it was when the plan was made',
    maxWords: 1,
    options: {},
    examples: ['gati-deploy apply plan.json'],
    load: () => import('./commands/apply.ts'),
  },
  {
    name: 'status',
    words: '[ENV]',
    description: 'Show the revisions in the cluster, and why pods are not ready',
    maxWords: 1,
    options: {},
    examples: ['gati-deploy status staging', 'gati-deploy status --json | jq .revisions'],
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'rollback',
    words: '[VERSION]',
    description: 'Make an earlier release live again, the previous one by default',
    maxWords: 1,
    options: { env: ENV, 'take-over': TAKE_OVER },
    examples: ['gati-deploy rollback', 'gati-deploy rollback 1.4.0 --env staging'],
    load: () => import('./commands/rollback.ts'),
  },
  {
    name: 'destroy',
    words: '[ENV]',
    description: 'Remove the objects that deploys created; Secrets and the namespace stay',
    maxWords: 1,
    options: { yes: { type: 'boolean', description: 'Do it' } },
    examples: ['gati-deploy destroy staging --yes'],
    load: () => import('./commands/destroy.ts'),
  },
];
