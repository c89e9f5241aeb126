import { confirm, isCancel, select, text } from '@clack/prompts';
import path from 'node:path';
import { CreateError } from './errors.ts';
import { toTarget } from './name.ts';
import { TEMPLATES } from './templates.ts';

/** The user pressed Ctrl-C or Escape. */
export class Cancelled extends Error {}

const orCancel = <T>(answer: T): Exclude<T, symbol> => {
  if (isCancel(answer)) throw new Cancelled();
  return answer as Exclude<T, symbol>;
};

export async function askName(cwd: string): Promise<string> {
  const name = await text({
    message: 'Name of the app',
    placeholder: 'gati-app',
    defaultValue: 'gati-app',
    validate: findError,
  });
  return orCancel(name);

  function findError(value: string | undefined): string | undefined {
    try {
      if (value) toTarget(value, cwd);
      return undefined;
    } catch (error) {
      return error instanceof CreateError ? error.message : String(error);
    }
  }
}

export async function askTemplate(): Promise<string> {
  const options = TEMPLATES.map(({ name, hint }) => ({ value: name, label: name, hint }));
  return orCancel(await select({ message: 'Template', options }));
}

export async function askForce(directory: string): Promise<boolean> {
  const message = `${path.basename(directory)} has files. Write into it? Files of the same name are replaced.`;
  return orCancel(await confirm({ message, initialValue: false }));
}
