import type { ModulesPort } from '@gati/runtime-h3/telemetry';
import { type Action, defineAction } from '../../actions/action.ts';
import { closedObject } from '../../http/check-input.ts';
import { withGatiErrors } from '../gati-error.ts';

/**
 * The swap of a module that runs outside of the app's process. The source is that of the running
 * process: no input of the panel becomes a command.
 */
export const swapAction = (modules: ModulesPort): Action =>
  defineAction<{ name: string }>({
    role: 'operator',
    stepUp: true,
    name: 'modules.swap',
    summary: 'Starts a new process of a module, moves all calls to it and ends the old one.',
    schema: closedObject({ name: { type: 'string', maxLength: 200 } }),
    run: ({ name }) => withGatiErrors(() => modules.swap(name)),
  });
