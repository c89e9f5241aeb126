import { GatiError } from '@gati/contract';

export type Sdk = typeof import('@aws-sdk/client-sqs');

export async function importSdk(): Promise<Sdk> {
  // In a `try`, so that bundlers take a missing package for what it is: optional.
  try {
    return await import('@aws-sdk/client-sqs');
  } catch (cause) {
    throw new GatiError(
      {
        code: 'GATI_EFFECTS_PACKAGE',
        level: 'error',
        message: 'A queue at sqs:// needs the package @aws-sdk/client-sqs, which is not there.',
        fix: 'Add it to the app and build again: `npm install @aws-sdk/client-sqs`.',
      },
      { cause },
    );
  }
}
