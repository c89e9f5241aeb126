import { type Action, defineAction } from '../../actions/action.ts';
import type { Environments, SavedContent } from '../../api/playground.ts';
import { closedObject } from '../../http/check-input.ts';
import { PanelError } from '../../http/problem.ts';
import type { FileVersion, PlaygroundFiles } from '../ports.ts';
import { CONTENT, ENVIRONMENTS } from './files/check-content.ts';

const SLUG = { type: 'string', pattern: '^[a-z\\d-]{1,60}$' } as const;
const REVISION = { type: 'string', maxLength: 64 } as const;

/** The actions that change the files of the playground, in development. */
export function playgroundActions(files: PlaygroundFiles): Action[] {
  const common = { role: 'operator', stepUp: false } as const;
  return [
    defineAction<{ content: SavedContent } & Partial<FileVersion>>({
      ...common,
      name: 'playground.save',
      summary: 'Saves a request as a file of the project.',
      schema: closedObject({ content: CONTENT, slug: SLUG, revision: REVISION }, [
        'slug',
        'revision',
      ]),
      run: ({ content, slug, revision }) => {
        if (slug === undefined) return files.save(content);
        if (revision === undefined)
          throw new PanelError(400, 'invalid_input', 'A known file has a revision.');
        return files.save(content, { slug, revision });
      },
    }),
    defineAction<FileVersion>({
      ...common,
      name: 'playground.remove',
      summary: 'Deletes the file of a saved request.',
      schema: closedObject({ slug: SLUG, revision: REVISION }),
      run: (known) => files.remove(known),
    }),
    defineAction<Environments>({
      ...common,
      name: 'playground.environments',
      summary: 'Saves the environments of the playground.',
      schema: closedObject({ ...ENVIRONMENTS.properties, revision: REVISION }),
      run: (environments) => files.saveEnvironments(environments),
    }),
  ];
}
