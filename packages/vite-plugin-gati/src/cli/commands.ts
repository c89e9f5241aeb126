import type { Command } from './command.ts';

/** All that `gati` can do, in the order of its help. */
export const COMMANDS: Command[] = [
  {
    name: 'dev',
    description: 'Start the development server',
    args: {
      port: { type: 'string', alias: 'p', description: 'Port, 5173 by default', valueHint: 'port' },
      host: { type: 'string', description: 'Address to listen on; all without a value', valueHint: '[address]' },
      open: { type: 'string', description: 'Open the browser', valueHint: '[path]' },
      strictPort: { type: 'boolean', description: 'Fail where the port is taken' },
    },
    load: () => import('./commands/dev.ts'),
  },
  {
    name: 'build',
    description: 'Build client, server, image files and API documents into dist/',
    args: {
      outDir: { type: 'string', description: 'Output folder, dist by default', valueHint: 'dir' },
      minify: { type: 'boolean', default: true, negativeDescription: 'Keep the output readable' },
      sourcemap: { type: 'boolean', description: 'Write source maps' },
    },
    load: () => import('./commands/build.ts'),
  },
  {
    name: 'generate',
    description: 'Write the typed client, types, manifest and OpenAPI document into .gati/ without bundling',
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
    name: 'run',
    description: "Run a script with the app's virtual modules, aliases and .env files",
    args: { script: { type: 'positional', description: 'The script; what follows is passed to it', valueHint: 'script.ts' } },
    passOn: true,
    load: () => import('./commands/run.ts'),
  },
];
