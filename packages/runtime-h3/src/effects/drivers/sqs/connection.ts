import { missingPackageError } from '../cloud/missing-package.ts';

export type Sdk = typeof import('@aws-sdk/client-sqs');

export async function importSdk(): Promise<Sdk> {
  // The `try` makes bundlers treat a missing package as optional.
  try {
    return await import('@aws-sdk/client-sqs');
  } catch (cause) {
    throw missingPackageError('A queue at sqs://', '@aws-sdk/client-sqs', cause);
  }
}
