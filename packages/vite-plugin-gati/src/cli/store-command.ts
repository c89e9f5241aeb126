import path from 'node:path';
import { openReleaseStore, RELEASE_COMMANDS } from '@gati/runtime-h3/releases';
import type { ArgsDef } from 'citty';
import { locateStore } from '../releases/locate-store.ts';
import type { Command } from './command.ts';

export const STORE: ArgsDef[string] = {
  type: 'string',
  description: 'The release store; GATI_RELEASES, else .gati/releases by default',
  valueHint: 'url',
};

/** The command that a built server has too, with the store of the app. */
export function createStoreCommand(
  name: keyof typeof RELEASE_COMMANDS,
  positionals: ArgsDef,
): Command {
  const { description, flags, run } = RELEASE_COMMANDS[name];
  return {
    name,
    description,
    args: { ...positionals, ...(flags as ArgsDef), store: STORE },
    load: async () => ({
      async run({ args, output }) {
        const words = Object.keys(positionals).flatMap(
          (word) => (args[word] as string | undefined) ?? [],
        );
        const given = args.store as string | undefined;
        const root = path.resolve((args.root as string | undefined) ?? '.');
        const store = await openReleaseStore(locateStore(root, given).url);
        try {
          const answer = await run({ store, words, flags: args, progress: output.line });
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
