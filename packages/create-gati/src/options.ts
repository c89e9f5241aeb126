import { parseArgs } from 'node:util';
import { CreateError } from './errors.ts';

export const PACKAGE_MANAGERS = ['npm', 'pnpm', 'yarn'] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

/** Parsed command line. */
export interface Options {
  name?: string;
  template?: string;
  yes: boolean;
  /** `false` with `--no-install`. */
  install: boolean;
  force: boolean;
  json: boolean;
  help: boolean;
  version: boolean;
  pm: PackageManager;
}

/**
 * Parses the command line.
 *
 * @param userAgent `npm_config_user_agent`: names the package manager that runs create-gati.
 * @throws {CreateError} GATI_CREATE_USAGE when the arguments are wrong.
 */
export function parseOptions(args: string[], userAgent: string | undefined): Options {
  const { values, positionals } = parse(args);
  if (positionals.length > 1)
    throw usageError(`Pass one name, not ${positionals.length}: ${positionals.join(' ')}.`);
  const pm = values.pm ?? toPackageManager(userAgent);
  if (!isPackageManager(pm)) throw usageError(`Unknown package manager "${pm}".`);
  return {
    ...(positionals[0] === undefined ? {} : { name: positionals[0] }),
    ...(values.template === undefined ? {} : { template: values.template }),
    yes: values.yes === true,
    install: values['no-install'] !== true,
    force: values.force === true,
    json: values.json === true,
    help: values.help === true,
    version: values.version === true,
    pm,
  };
}

function parse(args: string[]): ReturnType<typeof parseWith> {
  try {
    return parseWith(args);
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error));
  }
}

const parseWith = (
  args: string[],
): {
  values: Partial<
    Record<'template' | 'pm', string> &
      Record<'yes' | 'no-install' | 'force' | 'json' | 'help' | 'version', boolean>
  >;
  positionals: string[];
} =>
  parseArgs({
    args,
    allowPositionals: true,
    options: {
      template: { type: 'string', short: 't' },
      pm: { type: 'string' },
      yes: { type: 'boolean', short: 'y' },
      'no-install': { type: 'boolean' },
      force: { type: 'boolean', short: 'f' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  });

const usageError = (message: string): CreateError =>
  new CreateError('GATI_CREATE_USAGE', 2, message, 'Run create-gati --help for the arguments.');

const isPackageManager = (name: string): name is PackageManager =>
  PACKAGE_MANAGERS.some((known) => known === name);

function toPackageManager(userAgent: string | undefined): PackageManager {
  const name = userAgent?.split('/')[0] ?? 'npm';
  return isPackageManager(name) ? name : 'npm';
}
