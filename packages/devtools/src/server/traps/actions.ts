import type { Schema } from '@gati/contract';
import {
  DEFAULT_TRAP_TIME,
  LONGEST_TRAP,
  MOST_CATCHES,
  RUN_OUTCOMES,
  TRAP_ID,
  type TrapsPort,
} from '@gati/runtime-h3/telemetry';
import { type Action, defineAction } from '../../actions/action.ts';
import type { TrapInput } from '../../api/traps.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import { withGatiErrors } from '../gati-error.ts';

const DEFAULT_LIMIT = 5;
const MINUTE = 60_000;

const text = (maxLength: number): Schema => ({ type: 'string', minLength: 1, maxLength });
const CONDITIONS: Record<string, Schema> = {
  method: { type: 'string', pattern: '^[A-Z]{1,10}$' },
  route: text(500),
  status: {
    anyOf: [
      { type: 'integer', minimum: 100, maximum: 599 },
      { enum: ['1xx', '2xx', '3xx', '4xx', '5xx'] },
    ],
  },
  version: { type: 'string', pattern: '^[\\w.+-]{1,100}$' },
  minUs: { type: 'number', minimum: 0, maximum: 1e12 },
  header: { type: 'string', pattern: "^[a-z0-9!#$%&'*+.^_`|~-]{1,100}$" },
  effect: text(200),
  outcome: { enum: [...RUN_OUTCOMES] },
};
const ID: Schema = { type: 'string', pattern: TRAP_ID.source };

/** The actions of the page Traps. */
export function trapActions(traps: TrapsPort): Action[] {
  const common = { role: 'operator', stepUp: false } as const;
  return [
    defineAction<TrapInput>({
      ...common,
      name: 'traps.add',
      summary: 'Captures the next requests or runs that match, with their payloads.',
      schema: closedObject(
        {
          where: closedObject(CONDITIONS, Object.keys(CONDITIONS)),
          limit: { type: 'integer', minimum: 1, maximum: MOST_CATCHES },
          minutes: { type: 'number', minimum: 1, maximum: LONGEST_TRAP / MINUTE },
        },
        ['limit', 'minutes'],
      ),
      run: ({ where, limit = DEFAULT_LIMIT, minutes = DEFAULT_TRAP_TIME / MINUTE }, { actor }) =>
        withGatiErrors(() => traps.add({ where, limit, within: minutes * MINUTE, by: actor.name })),
    }),
    defineAction<{ id: string }>({
      ...common,
      name: 'traps.remove',
      summary: 'Removes a trap. What it caught stays.',
      schema: closedObject({ id: ID }),
      async run({ id }) {
        if (!(await traps.remove(id)))
          throw new PanelError(404, 'not_found', 'There is no trap with this id.');
        return { removed: true };
      },
    }),
  ];
}
