import { GatiError } from '@gati/contract';
import { escapeControls, redactUrls } from '@gati/contract/internal';

/** A package that must not be used. `reason`: a clause without a full stop. */
export function refusedError(target: string, reason: string, fix: string): GatiError {
  return new GatiError({
    code: 'GATI_MODULE_REFUSED',
    message: escapeControls(`${target} is refused: ${reason}.`),
    fix,
  });
}

/** A registry that can't be used. `reason`: a clause without a full stop. */
export function registryError(url: string, reason: string, cause?: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_MODULE_REGISTRY',
      message: escapeControls(redactUrls(`The npm registry can't be used: ${url} ${reason}.`)),
      fix: 'Check the name of the package, the network, and `registry` in .npmrc or npm_config_registry.',
    },
    { cause },
  );
}
