import { CreateError } from './errors.ts';

export interface Template {
  name: string;
  hint: string;
}

export const TEMPLATES: readonly Template[] = [
  { name: 'minimal', hint: 'one handler' },
  { name: 'payments', hint: 'an API with a module, an effect and an event stream' },
  { name: 'vue', hint: 'client and backend in one Vite app' },
];

/** Throws `GATI_CREATE_TEMPLATE`. */
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
