import { GatiError } from '@gati/contract';

export function moduleStartError(name: string, reason: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_START',
    message: `The module "${name}" could not be started: ${reason}`,
    fix: 'Read the lines that it logged, and start its command by hand with GATI_MODULE=1 in the environment.',
  });
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
