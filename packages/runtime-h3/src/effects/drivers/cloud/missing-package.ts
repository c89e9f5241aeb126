import { GatiError } from '@gati/contract';

/** The SDK of a cloud is the app's own package: what needs it says so. */
export function missingPackageError(what: string, name: string, cause: unknown): GatiError {
  return new GatiError(
    {
      code: 'GATI_EFFECTS_PACKAGE',
      message: `${what} needs the package ${name}, which is not installed.`,
      fix: `Add it to the app and build again: \`npm install ${name}\`.`,
    },
    { cause },
  );
}
