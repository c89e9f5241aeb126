#!/usr/bin/env node
import process from 'node:process';
import { create, type Created, ownVersion } from './create.ts';
import { CreateError } from './errors.ts';
import { type Options, parseOptions } from './options.ts';
import { Cancelled } from './prompts.ts';
import { TEMPLATES } from './templates.ts';

const HELP = `create-gati [name] [options]

Creates a Gati app in a new folder and installs its packages.

  name                  folder of the app, or a scoped package name
  -t, --template NAME   ${TEMPLATES.map(({ name, hint }) => `${name.padEnd(10)}${hint}`).join(`\n${' '.repeat(24)}`)}
  -y, --yes             ask nothing; use the defaults (gati-app, minimal)
  -f, --force           write into a folder with files; files of the same name are replaced
      --no-install      do not install the packages
      --pm NAME         npm, pnpm or yarn (default: the one that runs create-gati)
      --json            print one JSON document to stdout, everything else to stderr
  -h, --help            show this help
  -v, --version         print the version of create-gati

Exit codes: 0 created, 1 failed, 2 wrong arguments, 130 cancelled.
`;

const args = process.argv.slice(2);
try {
  const options = parseOptions(args, process.env['npm_config_user_agent']);
  if (options.help) print(options, HELP, { usage: HELP });
  else if (options.version) print(options, `${ownVersion()}\n`, { version: ownVersion() });
  else await run(options);
} catch (error) {
  process.exitCode = printError(error);
}

async function run(options: Options): Promise<void> {
  const interactive =
    Boolean(process.stdin.isTTY && process.stdout.isTTY) && !options.yes && !options.json;
  const created = await create(options, process.cwd(), interactive);
  print(options, toText(created), created);
}

/** Prints the text, or the document with `--json`. */
function print({ json }: Options, text: string, document: unknown): void {
  process.stdout.write(json ? `${JSON.stringify(document)}\n` : text);
}

function toText({ name, directory, template, next }: Created): string {
  return `\n${name} (${template}) is in ${directory}\n\n${next.map((step) => `  ${step}\n`).join('')}\n`;
}

/** Prints an error and returns the exit code. */
function printError(error: unknown): number {
  if (error instanceof Cancelled) {
    process.stderr.write('Cancelled. Nothing was written.\n');
    return 130;
  }
  if (!(error instanceof CreateError)) throw error;
  const { code, message, fix } = error;
  if (args.includes('--json'))
    process.stdout.write(`${JSON.stringify({ error: { code, message, fix } })}\n`);
  process.stderr.write(`${code}: ${message}\n  fix: ${fix}\n`);
  return error.exitCode;
}
