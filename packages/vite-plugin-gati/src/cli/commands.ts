import type { Command } from './command.ts';
import { STORE, createStoreCommand } from './store-command.ts';

/** All that `gati` can do, in the order of its help. */
export const COMMANDS: Command[] = [
  {
    name: 'dev',
    description: 'Start the development server',
    args: {
      port: { type: 'string', alias: 'p', description: 'Port, 5173 by default', valueHint: 'port' },
      host: {
        type: 'string',
        description: 'Address to listen on; all without a value',
        valueHint: '[address]',
      },
      open: { type: 'string', description: 'Open the browser', valueHint: '[path]' },
      strictPort: { type: 'boolean', description: 'Fail where the port is taken' },
    },
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'build',
    description:
      'Build client, server, image files and API documents into dist/, the SDK into sdk/',
    args: {
      outDir: { type: 'string', description: 'Output folder, dist by default', valueHint: 'dir' },
      minify: { type: 'boolean', default: true, negativeDescription: 'Keep the output readable' },
      sourcemap: { type: 'boolean', description: 'Write source maps' },
      check: {
        type: 'boolean',
        description: 'Fail where a change since the last release can break callers',
      },
      'allow-major': { type: 'boolean', description: 'With --check: breaks are meant' },
    },
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'generate',
    description:
      'Write the typed client, types, manifest and OpenAPI document into .gati/ without bundling',
    args: {},
    load: () => import('./commands/generate.ts'),
  },
  {
    name: 'check',
    description: 'Check types and contracts; exit code 1 on a finding',
    args: { fix: { type: 'boolean', description: 'Write the type annotation into bare handlers' } },
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'diff',
    description:
      'Tell what changed between two releases or manifest files, or since the last release',
    args: {
      before: {
        type: 'positional',
        required: false,
        description: 'Version in the store, or manifest file; the last release by default',
      },
      after: {
        type: 'positional',
        required: false,
        description: 'The same; the sources as they are by default',
      },
      store: STORE,
    },
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'release',
    description: 'Put what was built into the release store',
    args: {
      at: { type: 'string', description: 'Back-date it, to import history', valueHint: 'time' },
      image: {
        type: 'string',
        description: 'Digest of the image that was made of it',
        valueHint: 'digest',
      },
      outDir: {
        type: 'string',
        description: "Folder of the build, the Vite config's by default",
        valueHint: 'dir',
      },
      store: STORE,
    },
    load: () => import('./commands/release.ts'),
  },
  createStoreCommand('activate', {
    version: { type: 'positional', description: 'Version in the store', valueHint: '1.2.0' },
  }),
  createStoreCommand('rollback', {}),
  createStoreCommand('releases', {
    action: {
      type: 'positional',
      description: 'list, show, prune, verify, deprecate or retire',
      valueHint: 'list',
    },
    version: {
      type: 'positional',
      required: false,
      description: 'Version in the store: for show, deprecate and retire',
      valueHint: '1.2.0',
    },
  }),
  {
    name: 'effects',
    description: 'Read and steer the queue of effects: list, show, retry, redrive, cancel, purge',
    args: {
      action: {
        type: 'positional',
        description: 'What to do; `list --help` tells what each takes',
        valueHint: 'list',
      },
    },
    passOn: true,
    load: () => import('./commands/effects.ts'),
  },
  {
    name: 'explain',
    description: 'Print the page of an error code; without a code, list all of them',
    args: {
      code: {
        type: 'positional',
        required: false,
        description: 'Code as an error prints it',
        valueHint: 'GATI_BAD_ENV',
      },
    },
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'run',
    description: "Run a script with the app's virtual modules, aliases and .env files",
    args: {
      script: {
        type: 'positional',
        description: 'The script; what follows is passed to it',
        valueHint: 'script.ts',
      },
    },
    passOn: true,
    load: () => import('./commands/run.ts'),
  },
];
