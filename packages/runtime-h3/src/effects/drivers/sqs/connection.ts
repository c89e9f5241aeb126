import { missingPackageError } from '../cloud/missing-package.ts';

export type Sdk = typeof import('@aws-sdk/client-sqs');

export async function importSdk(): Promise<Sdk> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('@aws-sdk/client-sqs');
  } catch (cause) {
    throw missingPackageError('A queue at sqs://', '@aws-sdk/client-sqs', cause);
  }
}
