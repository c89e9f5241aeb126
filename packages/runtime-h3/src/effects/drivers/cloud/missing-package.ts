import { GatiError } from '@gati/contract';

/**
 * Returns the error for a cloud SDK that the app did not install. `user`: the feature that needs
 * it.
 */
export function missingPackageError(user: string, name: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS_PACKAGE',
      message: `${user} needs the package ${name}, which is not installed.`,
      fix: `Add it to the app and build again: \`npm install ${name}\`.`,
    },
    { cause },
  );
}
