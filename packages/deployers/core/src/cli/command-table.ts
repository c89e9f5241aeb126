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
    name: 'logs',
    words: '[ENV]',
    description: 'Print the logs of the pods',
    maxWords: 1,
    options: {
      follow: { type: 'boolean', description: 'Print new lines and new pods, until Ctrl-C' },
      lines: { type: 'string', hint: 'N', description: 'Lines of each pod, 100 by default' },
      previous: { type: 'boolean', description: 'Print the log before the last restart' },
    },
    examples: ['gati-deploy logs --follow', 'gati-deploy logs staging --previous --lines 20'],
    load: () => import('./commands/logs.ts'),
  },
  {
    name: 'attach',
    words: '[ENV]',
    description: 'Continue a deploy that was stopped, without its build',
    maxWords: 1,
    options: {},
    examples: ['gati-deploy attach'],
    load: () => import('./commands/attach.ts'),
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
    name: 'scale',
    words: 'PODS',
    description: 'Change the number of pods until the next deploy',
    maxWords: 1,
    options: { env: ENV },
    examples: ['gati-deploy scale 4', 'gati-deploy scale 2 --env staging'],
    load: () => import('./commands/scale.ts'),
  },
  {
    name: 'drift',
    words: '[ENV]',
    description: 'Show what was changed in the cluster since the last deploy, by whom and when',
    maxWords: 1,
    options: {
      repair: { type: 'boolean', description: 'Apply the values of the last deploy again' },
      adopt: { type: 'boolean', description: 'Write the values of the cluster into the settings' },
    },
    examples: ['gati-deploy drift   # exit code 1 if there is any', 'gati-deploy drift --repair'],
    load: () => import('./commands/drift.ts'),
  },
  {
    name: 'render',
    words: '[ENV]',
    description: 'Print the objects of a deploy as YAML, and push nothing',
    maxWords: 1,
    options: {
      outDir: OUT_DIR,
      out: { type: 'string', hint: 'DIR', description: 'Write a file for each object' },
    },
    examples: [
      'gati-deploy image && gati-deploy render --out deploy/production',
      'gati-deploy render staging > staging.yaml',
    ],
    load: () => import('./commands/render.ts'),
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
