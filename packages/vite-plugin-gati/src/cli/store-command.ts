import { openReleaseStore, RELEASE_COMMANDS } from '@gati/runtime-h3/releases';
import { locateStore } from '../releases/locate-store.ts';
import type { Command, Option, Positional } from './command.ts';

export const STORE: Option = {
  type: 'string',
  description:
    'The release store; by default GATI_RELEASES, `releases` in gati.deploy.yaml or .gati/releases',
  valueHint: 'url',
};

/** Creates a command that a built server has too. Here it uses the release store of the app. */
export function createStoreCommand(
  name: keyof typeof RELEASE_COMMANDS,
  positionals: Record<string, Positional>,
): Command {
  const { description, flags, run } = RELEASE_COMMANDS[name];
  return {
    name,
    description,
    args: { ...positionals, ...flags, store: STORE },
    load: async () => ({
      async run({ args, output }) {
        const words = Object.keys(positionals).flatMap(
          (word) => (args[word] as string | undefined) ?? [],
        );
        const given = args.store as string | undefined;
        // Loaded late: help and other commands do not need Vite.
        const { loadOptions } = await import('./app.ts');
        const { root, options } = await loadOptions({ args });
        const missing = options.missingVersion ?? 'choose';
        const store = await openReleaseStore(locateStore(root, given).url);
        try {
          const answer = await run({
            store,
            words,
            flags: args,
            missing,
            style: output.style,
            progress: output.line,
          });
          for (const line of answer.lines) output.line(line);
          output.document(answer.document);
          return answer.code;
        } finally {
          await store.close();
        }
      },
    }),
  };
}
