import type { Schema } from '@gati/contract';
import type { ErrorsPort } from '@gati/runtime-h3/telemetry';
import { type Action, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';

const ID: Schema = { type: 'string', pattern: '^[\\da-f]{16}$' };

const ACTIONS = [
  ['mute', 'muted', 'Mutes an error: it is known, and lists leave it out.'],
  ['resolve', 'resolved', 'Resolves an error. It opens again when a newer release has it.'],
  ['reopen', 'open', 'Opens an error that was muted or resolved.'],
] as const;

/** The actions of the page Errors. */
export const errorActions = (errors: ErrorsPort): Action[] =>
  ACTIONS.map(([verb, state, summary]) =>
    defineAction<{ id: string }>({
      name: `errors.${verb}`,
      summary,
      role: 'operator',
      stepUp: false,
      schema: closedObject({ id: ID }),
      async run({ id }, { actor }) {
        if (!(await errors.decide({ id, state, by: actor.name })))
          throw new PanelError(404, 'not_found', 'There is no error with this id.');
        return { id, state };
      },
    }),
  );
