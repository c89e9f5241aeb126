import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateError } from './errors.ts';
import { install } from './install.ts';
import { toTarget } from './name.ts';
import type { Options, PackageManager } from './options.ts';
import { askForce, askName, askTemplate } from './prompts.ts';
import { isFree, scaffold } from './scaffold.ts';
import { addedDependencies, findTemplate } from './templates.ts';

/** The new app; what `--json` prints. */
export interface Created {
  /** Name in `package.json`. */
  name: string;
  /** Absolute path. */
  directory: string;
  template: string;
  /** Written files, relative to `directory`, sorted. */
  files: string[];
  packageManager: PackageManager;
  installed: boolean;
  /** Commands to run next, in order. */
  next: string[];
}

/**
 * Creates an app: asks for missing options, writes the files, installs the packages.
 *
 * @param interactive Ask for missing options. Otherwise defaults apply.
 * @throws {CreateError} when the app can't be created.
 * @throws {Cancelled} when the user cancels a question.
 */
export async function create(
  options: Options,
  cwd: string,
  interactive: boolean,
): Promise<Created> {
  const name = options.name ?? (interactive ? await askName(cwd) : defaultName(options));
  const { directory, packageName } = toTarget(name, cwd);
  const template = findTemplate(
    options.template ?? (interactive ? await askTemplate() : 'minimal'),
  );
  const force = options.force || (interactive && !isFree(directory) && (await askForce(directory)));
  const source = path.join(templatesFolder(), template.name);
  const files = scaffold({
    directory,
    packageName,
    source,
    version: ownVersion(),
    added: addedDependencies(template),
    force,
  });
  if (options.install) await installPackages(directory, options.pm);
  return {
    name: packageName,
    directory,
    template: template.name,
    files,
    packageManager: options.pm,
    installed: options.install,
    next: nextSteps(directory, cwd, options),
  };
}

/** Returns the version of create-gati, which the packages of the app get too. */
export function ownVersion(): string {
  const manifest = fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function defaultName({ yes }: Options): string {
  if (yes) return 'gati-app';
  throw new CreateError(
    'GATI_CREATE_USAGE',
    2,
    'The name of the app is missing, and there is no terminal to ask for it.',
    'Pass a name, as in `create-gati my-app`, or --yes for the defaults.',
  );
}

/**
 * Returns the folder of templates: next to the built code, or in the repository when run from
 * source.
 */
function templatesFolder(): string {
  const packed = fileURLToPath(new URL('templates', import.meta.url));
  return fs.existsSync(packed)
    ? packed
    : fileURLToPath(new URL('../../../templates', import.meta.url));
}

async function installPackages(directory: string, pm: PackageManager): Promise<void> {
  const installError = (how: string): CreateError =>
    new CreateError(
      'GATI_CREATE_INSTALL',
      1,
      `The app is written, but "${pm} install" ${how}.`,
      `Run: cd ${directory} && ${pm} install`,
    );
  const ended = await install(directory, pm).catch((error: NodeJS.ErrnoException) => {
    throw installError(
      error.code === 'ENOENT'
        ? `could not start: ${pm} is not on PATH`
        : `could not start: ${error.message}`,
    );
  });
  if (ended !== 0)
    throw installError(
      typeof ended === 'number' ? `failed with exit code ${ended}` : `was stopped by ${ended}`,
    );
}

function nextSteps(directory: string, cwd: string, { install: installed, pm }: Options): string[] {
  const folder = path.relative(cwd, directory);
  const steps =
    folder === '' ? [] : [`cd ${folder.includes(' ') ? JSON.stringify(folder) : folder}`];
  if (!installed) steps.push(`${pm} install`);
  return [...steps, `${pm} run dev`];
}
