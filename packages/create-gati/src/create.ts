import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateError } from './errors.ts';
import { install } from './install.ts';
import { toTarget } from './name.ts';
import type { Options, PackageManager } from './options.ts';
import { askForce, askName, askTemplate } from './prompts.ts';
import { isFree, scaffold } from './scaffold.ts';
import { findTemplate } from './templates.ts';

export interface Created {
  name: string;
  /** Absolute. */
  directory: string;
  template: string;
  /** From the app's folder, sorted. */
  files: string[];
  packageManager: PackageManager;
  installed: boolean;
  /** Commands to type next, in order. */
  next: string[];
}

/** Asks what is missing (only where `interactive`), writes the app, installs. Throws `CreateError` or `Cancelled`. */
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
  const files = scaffold({ directory, packageName, source, version: ownVersion(), force });
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

export function ownVersion(): string {
  const manifest = fs.readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

function defaultName({ yes }: Options): string {
  if (yes) return 'gati-app';
  throw new CreateError(
    'GATI_CREATE_USAGE',
    2,
    'No name for the app, and no terminal to ask on.',
    'create-gati my-app, or pass --yes.',
  );
}

/** Beside the built code; in the repository's sources the folder itself. */
function templatesFolder(): string {
  const packed = fileURLToPath(new URL('templates', import.meta.url));
  return fs.existsSync(packed)
    ? packed
    : fileURLToPath(new URL('../../../templates', import.meta.url));
}

async function installPackages(directory: string, pm: PackageManager): Promise<void> {
  const explain = (how: string): CreateError =>
    new CreateError(
      'GATI_CREATE_INSTALL',
      1,
      `The app is written, but "${pm} install" ${how}.`,
      `cd ${directory} && ${pm} install`,
    );
  const ended = await install(directory, pm).catch((error: NodeJS.ErrnoException) => {
    throw explain(
      error.code === 'ENOENT'
        ? `could not start: there is no ${pm} on PATH`
        : `could not start: ${error.message}`,
    );
  });
  if (ended !== 0)
    throw explain(typeof ended === 'number' ? `ended with ${ended}` : `was ended by ${ended}`);
}

function nextSteps(directory: string, cwd: string, { install: installed, pm }: Options): string[] {
  const way = path.relative(cwd, directory);
  const steps = way === '' ? [] : [`cd ${way.includes(' ') ? JSON.stringify(way) : way}`];
  if (!installed) steps.push(`${pm} install`);
  return [...steps, `${pm} run dev`];
}
