import { GatiError } from '@gati/contract';
import { redactUrls } from '@gati/contract/internal';

/** Result of one check before a deploy. */
export interface Check {
  name: string;
  /** `skipped`: the account may not read the facts for the check. */
  state: 'ok' | 'failed' | 'skipped';
  /** Result as a sentence. */
  why: string;
  /** Fix; absent if the check passed or was skipped. */
  fix?: string;
}

export const ok = (name: string, why: string): Check => ({ name, state: 'ok', why });

export const skipped = (name: string, why: string): Check => ({ name, state: 'skipped', why });

export const failed = (name: string, why: string, fix: string): Check => ({
  name,
  state: 'failed',
  why,
  fix,
});

/** Runs a check. If it throws, the check fails with that error. */
export async function runCheck(name: string, check: () => Promise<Check>): Promise<Check> {
  try {
    return await check();
  } catch (error) {
    if (error instanceof GatiError) return failed(name, error.message, error.diagnostic.fix);
    const { message = String(error) } = error as Error;
    return failed(name, redactUrls(message), 'Correct the cause, then run it again.');
  }
}
