import { GatiError } from '@gati/contract';

export function moduleStartError(
  name: string,
  reason: string,
  fix = 'Read the lines that it logged, and start its command by hand with GATI_MODULE=1 in the environment.',
): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_START',
    message: `The module "${name}" could not be started: ${reason}`,
    fix,
  });
}

/** Returns the error for a program that the system can't run, so that it logged nothing. */
export function moduleProgramError(
  name: string,
  program: string,
  { code, message }: NodeJS.ErrnoException,
): GatiError {
  if (code === 'EACCES')
    return moduleStartError(
      name,
      `${program} is not executable.`,
      `Run \`chmod +x ${program}\`, or name its interpreter in the source: \`exec:python3 ./modules/${name}/main.py\`.`,
    );
  if (code === 'ENOENT')
    return moduleStartError(
      name,
      `there is no program ${program}, or its first line names a missing interpreter.`,
      'Correct the source. A path starts with ./ and is relative to the root of the app. A name without a slash is looked up in PATH.',
    );
  return moduleStartError(name, `${message}.`);
}

export function descriptorError(name: string, reason: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_DESCRIPTOR',
    message: `The descriptor of the module "${name}" can't be used: ${reason}`,
    fix: 'Correct GET /.well-known/gati-module of the module; `gati modules verify` checks all of it.',
  });
}

export function moduleContractError(name: string, changes: string[]): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_CONTRACT',
    message: `The module "${name}" is not compatible with a live release: ${changes.join(' ')}`,
    fix: 'Keep what the live releases use, or retire them first. After a change on purpose, run `gati generate` and release the app.',
  });
}
