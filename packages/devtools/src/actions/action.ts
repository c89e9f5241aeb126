import type { Schema } from '@gati/contract';
import type { Actor } from '../access/actor.ts';
import type { Role } from '../api/access.ts';

/** A change of the app that a person, a program or an agent can make. */
export interface Action<Input = unknown> {
  /** `effects.retry`: the page and the verb. */
  name: string;
  /** Describes the action for people: `Runs a failed job again.` */
  summary: string;
  /** Schema of the input; closed objects only (`closedObject`). */
  schema: Schema;
  role: Role;
  /** Whether the identity must have been proved within the last 5 minutes. Such actions need a reason. */
  stepUp: boolean;
  /** Whether the action needs a reason although it needs no such proof. */
  needsReason?: boolean;
  /**
   * Resolves to the result, before JSON.
   *
   * @throws {PanelError} for errors that the user can act on; others become a 500 without details
   */
  run(input: Input, context: ActionContext): Promise<unknown>;
}

export interface ActionContext {
  actor: Actor;
  reason: string | undefined;
  /** Epoch milliseconds. */
  now: number;
}

/**
 * Defines an action with the type of its input.
 *
 * @example
 * const retry = defineAction<{ id: string }>({
 *   name: 'effects.retry',
 *   summary: 'Runs a dead job again.',
 *   schema: closedObject({ id: { type: 'string', maxLength: 100 } }),
 *   role: 'operator',
 *   stepUp: false,
 *   run: ({ id }) => queue.retry(id),
 * });
 */
export const defineAction = <Input>(action: Action<Input>): Action => action as Action;
