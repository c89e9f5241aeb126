import fs from 'node:fs';
import path from 'node:path';
import { isObject } from '@gati/contract/data';
import { parseSource, splitCommand } from '@gati/runtime-h3/modules/host';
import { readDeployFile } from '../files/deploy-file.ts';
import { packageFolder } from '../files/package-json.ts';
import type { DeclaredModule } from './module-options.ts';

/** Number of bytes at the start of a program in which it can name its interpreter. */
const MOST_SHEBANG = 256;
/** The only program of the default base of the container image. */
const NODE = 'node';

/**
 * Returns a warning for each module that the default base of the container image can't run. Returns
 * no warnings if `gati.deploy.yaml` names another base.
 */
export function describeMissingPrograms(
  modules: readonly DeclaredModule[],
  root: string,
): string[] {
  if (modules.length === 0 || hasOwnBase(root)) return [];
  return modules.flatMap((module) => {
    const program = programOf(module, root);
    if (program === undefined || program === NODE) return [];
    const start = `the base of the container image has no ${program}, which the module "${module.name}" needs`;
    return [
      path.posix.basename(program) === 'env'
        ? `${start}: name the interpreter in its source, such as exec:node ./modules/main.mjs`
        : `${start}: set image.base in gati.deploy.yaml or --build-arg BASE=… to an image that has node too, or give the module an image of its own (docker:…)`,
    ];
  });
}

function hasOwnBase(root: string): boolean {
  return [root, packageFolder(root)].some((folder) => {
    const { image } = readDeployFile(folder);
    return isObject(image) && image['base'] !== undefined;
  });
}

/** Returns the program that the image must have to run a module, by name or by path. */
function programOf({ name, source }: DeclaredModule, root: string): string | undefined {
  const { kind, target } = parseSource(name, source);
  const [, inner] = kind === 'mcp' ? (/^exec:(.+)$/s.exec(target) ?? []) : [];
  const command = kind === 'exec' ? target : inner;
  if (command === undefined) return undefined;
  const [program = ''] = splitCommand(command);
  return /[\\/]/.test(program) ? readInterpreter(path.resolve(root, program)) : program;
}

/** Returns the program in the first line of a script: `#!/usr/bin/env python3`. */
function readInterpreter(file: string): string | undefined {
  const start = Buffer.alloc(MOST_SHEBANG);
  try {
    const opened = fs.openSync(file, 'r');
    fs.readSync(opened, start);
    fs.closeSync(opened);
  } catch {
    return undefined;
  }
  const [, program, argument] =
    /^#!\s*(\S+)(?:[ \t]+(?:-S[ \t]+)?(\S+))?/.exec(start.toString('latin1')) ?? [];
  if (program === undefined) return undefined;
  const isEnv = path.posix.basename(program) === 'env';
  if (!isEnv || argument === undefined) return program;
  return argument === NODE ? program : argument;
}
