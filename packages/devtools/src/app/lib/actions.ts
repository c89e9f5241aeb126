import { shallowRef } from 'vue';
import type { ActionResponse } from '../../api/access.ts';
import { postJson, ResponseError } from './api.ts';

/**
 * A request to the user that a dialog shows: for the code of the terminal, or for a proof of
 * identity.
 */
export interface Proof {
  kind: 'code' | 'step-up';
  /** Called with `true` if the user gave the proof. */
  settle(isGiven: boolean): void;
}

/** The open request, if any. `ProofDialog` shows it. */
export const openProof = shallowRef<Proof>();

const KINDS: Record<string, Proof['kind']> = {
  code_required: 'code',
  step_up_required: 'step-up',
};

/**
 * Runs an action, and asks the user for a proof of identity where the server wants one.
 *
 * @throws {ResponseError} when the action fails, or the user gives no proof
 *
 * @example
 * const job = await runAction<Job>('effects.retry', { id });
 */
export async function runAction<Result>(
  name: string,
  input: object,
  reason?: string,
): Promise<Result> {
  const body = { input, ...(reason && { reason }) };
  return withProof(async () => {
    const { result } = await postJson<ActionResponse>(`actions/${name}`, body);
    return result as Result;
  });
}

/** Sends a request, and sends it again after the user has given the proof that it needs. */
export async function withProof<Result>(send: () => Promise<Result>): Promise<Result> {
  try {
    return await send();
  } catch (error) {
    const kind = error instanceof ResponseError ? KINDS[error.code] : undefined;
    if (kind === undefined || !(await askForProof(kind))) throw error;
    return send();
  }
}

function askForProof(kind: Proof['kind']): Promise<boolean> {
  openProof.value?.settle(false);
  return new Promise((resolve) => {
    openProof.value = {
      kind,
      settle(isGiven) {
        openProof.value = undefined;
        resolve(isGiven);
      },
    };
  });
}
