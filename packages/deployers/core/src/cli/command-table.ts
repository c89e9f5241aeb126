import type { Command } from './command.ts';

const BUILD = {
  outDir: { type: 'string', hint: 'DIR', description: 'Folder of the build, dist by default' },
  env: {
    type: 'string',
    hint: 'ENV',
    description: 'Environment whose settings apply, production by default',
  },
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
        description: 'Where the image is pushed: HOST/REPOSITORY',
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
      ...BUILD,
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
];
