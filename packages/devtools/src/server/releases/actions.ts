import type { Schema } from '@gati/contract';
import {
  activateRelease,
  deprecateRelease,
  labelRelease,
  type ReleaseStore,
  retireRelease,
  rollbackRelease,
  rollbackTarget,
} from '@gati/runtime-h3/releases';
import { type Action, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { ReadContext } from '../endpoint.ts';
import { withGatiErrors } from '../gati-error.ts';
import { openReleases } from './open-releases.ts';

const VERSION: Schema = { type: 'string', minLength: 1, maxLength: 100, pattern: '^[\\w.+-]+$' };
const TIME: Schema = { type: 'string', format: 'date-time' };
const LABEL: Schema = { type: 'string', pattern: '^[\\w.-]{1,40}$' };

/** The actions of the page Releases. */
export function releaseActions(context: () => Promise<ReadContext>): Action[] {
  const withStore = async <Result>(
    work: (store: ReleaseStore) => Promise<Result>,
  ): Promise<Result> => {
    const store = await openReleases(await context());
    return withGatiErrors(() => work(store));
  };
  const dangerous = { role: 'operator', stepUp: true } as const;
  const harmless = { role: 'operator', stepUp: false } as const;

  return [
    defineAction<{ version: string; force?: boolean }>({
      ...dangerous,
      name: 'releases.activate',
      summary: 'Makes a release current, on running servers too.',
      schema: closedObject({ version: VERSION, force: { type: 'boolean' } }, ['force']),
      run: ({ version, force = false }) =>
        withStore(async (store) => {
          const { current } = await activateRelease(store, version, { force });
          return { current };
        }),
    }),
    defineAction<{ current: string; target: string }>({
      ...dangerous,
      name: 'releases.rollback',
      summary: 'Makes the previous release current again and withdraws the current one.',
      // The two releases that the user saw, so that the action does not roll back a later change.
      schema: closedObject({ current: VERSION, target: VERSION }),
      run: ({ current, target }) =>
        withStore((store) =>
          rollbackRelease(store, (head) => {
            if (head.current !== current || rollbackTarget(head) !== target)
              throw new PanelError(
                409,
                'changed_meanwhile',
                'Another change was made in the meantime. Check its result first.',
              );
          }),
        ),
    }),
    defineAction<{ version: string; sunset?: string }>({
      ...harmless,
      name: 'releases.deprecate',
      summary: 'Announces the end of a release in response headers.',
      schema: closedObject({ version: VERSION, sunset: TIME }, ['sunset']),
      run: ({ version, sunset }) =>
        withStore(async (store) => {
          const head = await deprecateRelease(
            store,
            version,
            sunset === undefined ? {} : { sunset },
          );
          return head.marks[version];
        }),
    }),
    defineAction<{ version: string }>({
      ...dangerous,
      name: 'releases.retire',
      summary: 'Ends a release: requests for it get 410, unless a migration serves them.',
      schema: closedObject({ version: VERSION }),
      run: ({ version }) =>
        withStore(async (store) => (await retireRelease(store, version)).marks[version]),
    }),
    defineAction<{ version: string; label?: string }>({
      ...harmless,
      name: 'releases.label',
      summary: 'Gives a release a label such as stable, or removes it.',
      schema: closedObject({ version: VERSION, label: LABEL }, ['label']),
      run: ({ version, label }) =>
        withStore(async (store) => {
          await labelRelease(store, version, label);
          return { version, label: label ?? null };
        }),
    }),
  ];
}
