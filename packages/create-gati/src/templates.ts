import { CreateError } from './errors.ts';

/** A template that users can choose. */
export interface Template {
  name: string;
  /** A few words for the help and for prompts. */
  hint: string;
  /** The app keeps data in `gctx.db`. */
  usesDatabase?: boolean;
}

/** All templates: one per folder of `templates/`. */
export const TEMPLATES: readonly Template[] = [
  { name: 'minimal', hint: 'one handler' },
  {
    name: 'payments',
    hint: 'an API with a module, an effect and an event stream',
    usesDatabase: true,
  },
  { name: 'vue', hint: 'client and backend in one Vite app' },
];

/**
 * Returns the template with a name.
 *
 * @throws {CreateError} GATI_CREATE_TEMPLATE when there is none.
 */
export function findTemplate(name: string): Template {
  const template = TEMPLATES.find((known) => known.name === name);
  if (template) return template;
  throw new CreateError(
    'GATI_CREATE_TEMPLATE',
    2,
    `There is no template "${name}".`,
    `Use one of: ${TEMPLATES.map((known) => known.name).join(', ')}.`,
  );
}

/** Returns what an app needs beside its template: Node 20 has no built-in SQLite. */
export function addedDependencies(
  { usesDatabase }: Template,
  node: string = process.versions.node,
): Record<string, string> {
  return usesDatabase && node.startsWith('20.') ? { libsql: '^0.5.29' } : {};
}
