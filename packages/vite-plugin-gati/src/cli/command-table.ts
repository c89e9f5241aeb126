import type { Command } from './command.ts';
import { STORE, createStoreCommand } from './store-command.ts';
import { createOperateCommands } from './operate-command.ts';
import { createTelemetryCommands } from './telemetry-command.ts';

/** All commands, in the order of the help text. */
export const COMMANDS: Command[] = [
  {
    name: 'dev',
    description: 'Start the development server',
    args: {
      port: { type: 'string', alias: 'p', description: 'Port, 5173 by default', valueHint: 'port' },
      host: {
        type: 'string',
        description: 'Address to listen on; without a value, all addresses',
        valueHint: '[address]',
      },
      open: { type: 'string', description: 'Open the browser', valueHint: '[path]' },
      strictPort: { type: 'boolean', description: 'Fail if the port is taken' },
    },
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'build',
    description:
      'Build client, server, image files and API documents into dist/, the SDK into sdk/',
    args: {
      outDir: { type: 'string', description: 'Output folder, dist by default', valueHint: 'dir' },
      minify: {
        type: 'boolean',
        default: true,
        description: 'Minify the server, on by default',
        negativeDescription: 'Keep the server readable',
      },
      sourcemap: { type: 'boolean', description: 'Write source maps' },
      check: {
        type: 'boolean',
        description: 'Fail if a change since the last release can break clients',
      },
      'allow-major': {
        type: 'boolean',
        description: 'With --check: allow changes that break clients',
      },
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
    description: 'Check types and contracts; exit code 1 if an error or a warning is found',
    args: { fix: { type: 'boolean', description: 'Write the type annotation into bare handlers' } },
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'routes',
    description: 'List routes and effects with their files, without reading types',
    args: {},
    load: () => import('./commands/routes.ts'),
  },
  {
    name: 'diff',
    description:
      'Show what changed between two releases or manifest files, or since the last release',
    args: {
      before: {
        type: 'positional',
        required: false,
        description: 'Version in the store, or manifest file; the last release by default',
      },
      after: {
        type: 'positional',
        required: false,
        description: 'Version in the store, or manifest file; the current sources by default',
      },
      store: STORE,
    },
    load: () => import('./commands/diff.ts'),
  },
  {
    name: 'release',
    description: 'Put the build into the release store',
    args: {
      at: {
        type: 'string',
        description: 'Date of the release, to import an older one',
        valueHint: 'time',
      },
      image: {
        type: 'string',
        description: 'Digest of the image that was made from the build',
        valueHint: 'digest',
      },
      outDir: {
        type: 'string',
        description: "Folder of the build; the Vite config's by default",
        valueHint: 'dir',
      },
      store: STORE,
    },
    load: () => import('./commands/release.ts'),
  },
  {
    name: 'deploy',
    description: 'Deploy the build with the package gati-deploy',
    args: {
      env: {
        type: 'positional',
        required: false,
        description: 'Environment of gati.deploy.yaml, production by default',
        valueHint: 'staging',
      },
      'dry-run': {
        type: 'boolean',
        description: 'Let the cluster check the requests, store nothing',
      },
      'take-over': { type: 'boolean', description: 'Replace values that other tools own' },
    },
    handlesSignals: true,
    load: () => import('./commands/deploy.ts'),
  },
  createStoreCommand('activate', {
    version: { type: 'positional', description: 'Version in the store', valueHint: '1.2.0' },
  }),
  createStoreCommand('rollback', {}),
  createStoreCommand('releases', {
    action: {
      type: 'positional',
      description: 'list, show, prune, verify, deprecate, retire or label',
      valueHint: 'list',
    },
    version: {
      type: 'positional',
      required: false,
      description: 'Version in the store: for show, deprecate, retire and label',
      valueHint: '1.2.0',
    },
    label: {
      type: 'positional',
      required: false,
      description: 'label: the label; without it the label is removed',
      valueHint: 'stable',
    },
  }),
  {
    name: 'effects',
    description: 'List and change the jobs of effects: list, show, retry, redrive, cancel, purge',
    args: {
      action: {
        type: 'positional',
        description: 'What to do; `gati effects list --help` prints the options of each',
        valueHint: 'list',
      },
    },
    passesOn: true,
    load: () => import('./commands/effects.ts'),
  },
  {
    name: 'migrate',
    description: 'Apply the files of src/migrations that the database does not have',
    args: {
      'dry-run': { type: 'boolean', description: 'Print the SQL, apply nothing' },
      status: {
        type: 'boolean',
        description: 'List applied and pending migrations; exit code 1 if one is pending',
      },
      timeout: {
        type: 'string',
        description: 'Time to wait for another process that migrates, 60 by default',
        valueHint: 'seconds',
      },
    },
    load: () => import('./commands/migrate.ts'),
  },
  {
    name: 'modules',
    description: 'List, verify and swap modules; search, add and update modules of npm',
    args: {
      action: {
        type: 'positional',
        description:
          '`list`, `verify NAME`, `swap NAME [SOURCE]`, `search TEXT`, `info PACKAGE`, `add PACKAGE`, `update [NAME]`, `remove NAME`, `publish`',
        valueHint: 'list',
      },
      name: {
        type: 'positional',
        required: false,
        description: 'Name of the module; for verify also a source, for add and info a package',
        valueHint: 'scorer',
      },
      source: {
        type: 'positional',
        required: false,
        description: 'swap: source of the new process, the running one by default',
        valueHint: 'exec:./modules/scorer',
      },
      as: { type: 'string', description: 'add: name in gctx.modules', valueHint: 'name' },
      'min-age': {
        type: 'string',
        description: 'add, update: days that a version must be public, 3 by default',
        valueHint: 'days',
      },
      grant: {
        type: 'string',
        description: 'update: what a new version may want in addition',
        valueHint: 'network,env:KEY',
      },
      'allow-major': {
        type: 'boolean',
        description: 'update: allow changes that break the contract of the module',
      },
      'dry-run': { type: 'boolean', description: 'publish: only check the package' },
      install: {
        type: 'boolean',
        default: true,
        description: 'add, update, remove: run npm, on by default',
        negativeDescription: 'Change only the declaration and the lock',
      },
      'trust-root': {
        type: 'string',
        description: 'Keys of another Sigstore, as JSON',
        valueHint: 'file',
      },
    },
    load: () => import('./commands/modules.ts'),
  },
  ...createTelemetryCommands(),
  ...createOperateCommands(),
  {
    name: 'panel',
    description: 'Print a new link to the panel of the built server: gati panel link',
    args: {
      action: {
        type: 'positional',
        description:
          '`link` prints a link that creates an owner, for the set-up or after lost access',
        valueHint: 'link',
      },
    },
    passesOn: true,
    load: () => import('./commands/panel.ts'),
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
        description: 'The script; arguments after it are passed to it',
        valueHint: 'script.ts',
      },
    },
    passesOn: true,
    load: () => import('./commands/run.ts'),
  },
];
