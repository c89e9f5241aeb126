#!/usr/bin/env node
import process from 'node:process';
import { create, type Created, ownVersion } from './create.ts';
import { CreateError } from './errors.ts';
import { type Options, parseOptions } from './options.ts';
import { Cancelled } from './prompts.ts';
import { TEMPLATES } from './templates.ts';

const HELP = `create-gati [name] [options]

Makes a Gati app in a new folder and installs what it needs.

  name                  folder of the app, or a scoped package name
  -t, --template NAME   ${TEMPLATES.map(({ name, hint }) => `${name.padEnd(10)}${hint}`).join(`\n${' '.repeat(24)}`)}
  -y, --yes             ask nothing: what is missing takes its default (gati-app, minimal)
  -f, --force           write into a folder that has files; those of the same name are replaced
      --no-install      leave the installation to you
      --pm NAME         npm, pnpm or yarn (default: the one that runs this)
      --json            one JSON document on stdout, everything else on stderr
  -h, --help            this text
  -v, --version         version of create-gati

Exit codes: 0 made, 1 something was in the way, 2 wrong use, 130 cancelled.
`;

const args = process.argv.slice(2);
try {
  const options = parseOptions(args, process.env['npm_config_user_agent']);
  if (options.help) process.stdout.write(HELP);
  else if (options.version) process.stdout.write(`${ownVersion()}\n`);
  else await run(options);
} catch (error) {
  process.exitCode = printError(error);
}

async function run(options: Options): Promise<void> {
  const interactive =
    Boolean(process.stdin.isTTY && process.stdout.isTTY) && !options.yes && !options.json;
  const created = await create(options, process.cwd(), interactive);
  process.stdout.write(options.json ? `${JSON.stringify(created)}\n` : toText(created));
}

function toText({ name, directory, template, next }: Created): string {
  return `\n${name} (${template}) is in ${directory}\n\n${next.map((step) => `  ${step}\n`).join('')}\n`;
}

/** Gives the exit code. */
function printError(error: unknown): number {
  if (error instanceof Cancelled) {
    process.stderr.write('Cancelled, nothing was written.\n');
    return 130;
  }
  if (!(error instanceof CreateError)) throw error;
  const { code, message, fix } = error;
  if (args.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code, message, fix } })}\n`);
  process.stderr.write(`${code}: ${message}\n  fix: ${fix}\n`);
  return error.exitCode;
}
