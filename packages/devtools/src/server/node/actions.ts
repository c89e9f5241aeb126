import type { Schema } from '@gati/contract';
import type { Order } from '@gati/runtime-h3/telemetry';
import { type Action, type ActionContext, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';
import {
  compareSettings,
  describeNodeSettings,
  MAX_CHANGES,
  MAX_VALUE,
  type WantedSetting,
} from './describe-settings.ts';
import { type Overrides, readOverrides, toValues, writeOverrides } from './overrides.ts';

const VALUE: Schema = {
  anyOf: [{ type: 'string', minLength: 1, maxLength: MAX_VALUE }, { type: 'null' }],
};
const CHANGE = closedObject(
  { name: { type: 'string', maxLength: 100 }, value: VALUE, before: { type: 'string' } },
  ['before'],
);

interface SetInput {
  changes: (WantedSetting & {
    /** Value that the user saw, so that the action does not replace a later change. */
    before?: string;
  })[];
}

/** The actions of the pages Scaling, Modules and Config. */
export function nodeActions(context: () => Promise<ReadContext>): Action[] {
  const operate = async (order: Order): Promise<unknown> => {
    const { operator } = (await context()).ports;
    if (!operator?.operate) throw fixedError();
    return withGatiErrors(() => operator.operate!(order));
  };
  const common = { role: 'operator', stepUp: false } as const;

  return [
    defineAction<{ workers: number }>({
      ...common,
      name: 'scaling.scale',
      summary: 'Changes the number of workers until the server restarts.',
      schema: closedObject({ workers: { type: 'integer', minimum: 1, maximum: 1024 } }),
      run: ({ workers }) => operate({ do: 'scale', workers }),
    }),
    defineAction<{ pid?: number }>({
      ...common,
      name: 'scaling.restart',
      summary: 'Replaces all workers in turn, or one, without losing a request.',
      schema: closedObject({ pid: { type: 'integer', minimum: 1, maximum: 2 ** 31 } }, ['pid']),
      run: (input) => operate({ do: 'restart', ...input }),
    }),
    defineAction<{ name: string }>({
      ...common,
      name: 'modules.restart',
      summary: 'Disposes of a module and sets it up again, by replacing all workers in turn.',
      schema: closedObject({ name: { type: 'string', maxLength: 200 } }),
      async run({ name }) {
        const { app } = await context();
        if (!app.modules.some((module) => module.name === name))
          throw new PanelError(404, 'not_found', 'The app has no such module.');
        return operate({ do: 'restart' });
      },
    }),
    defineAction<SetInput>({
      ...common,
      name: 'config.set',
      needsReason: true,
      summary: 'Changes settings of the running server. null returns to the environment.',
      schema: closedObject({
        changes: { type: 'array', items: CHANGE, minItems: 1, maxItems: MAX_CHANGES },
      }),
      run: async ({ changes }, by) => setSettings(await context(), changes, by),
    }),
  ];
}

async function setSettings(
  current: ReadContext,
  changes: SetInput['changes'],
  { actor, reason = '', now }: ActionContext,
): Promise<unknown> {
  const { operator, state } = current.ports;
  if (!operator?.operate || !state) throw fixedError();
  const settings = await describeNodeSettings(current);
  const diff = compareSettings(settings, changes);
  const wrong = diff.find(({ error }) => error !== undefined);
  if (wrong) throw new PanelError(400, 'invalid_setting', `${wrong.name} ${wrong.error}.`);
  if (changes.some(({ before }, index) => before !== undefined && before !== diff[index]!.before))
    throw new PanelError(
      409,
      'changed_meanwhile',
      'Another change was made in the meantime. Check its result first.',
    );
  const before = readOverrides(state);
  const overrides: Overrides = { ...before };
  for (const { name, value } of changes as (WantedSetting & { name: keyof Overrides })[]) {
    const previous = before[name]?.value ?? null;
    if (value === null) delete overrides[name];
    else overrides[name] = { value, by: actor.name, at: now, reason, previous };
  }
  // Stored first, so that a restart never loses a setting that the processes already use.
  writeOverrides(state, overrides);
  try {
    await withGatiErrors(() => operator.operate!({ do: 'set', overrides: toValues(overrides) }));
  } catch (error) {
    writeOverrides(state, before);
    throw error;
  }
  return { changes: diff };
}

const fixedError = (): PanelError =>
  new PanelError(409, 'fixed', 'The processes of this server can not be changed.');
