import type { OperateName } from '@gati/runtime-h3/operate/command';
import type { Command } from './command.ts';

const DESCRIPTIONS: Record<OperateName, string> = {
  config: 'Show the settings of a running server, or change them: list, set NAME=VALUE',
  scale: 'Show the workers of a running server, or change their number',
  restart: 'Replace the workers of a running server in turn, or one',
};

/** Creates the commands that change a running server. A built server has them too. */
export function createOperateCommands(): Command[] {
  return (Object.keys(DESCRIPTIONS) as OperateName[]).map((name) => ({
    name,
    description: DESCRIPTIONS[name],
    args: {
      action: {
        type: 'positional',
        required: false,
        description: `\`gati ${name} --help\` prints its arguments`,
        valueHint: name === 'config' ? 'list' : name === 'scale' ? '4' : 'pid',
      },
      url: {
        type: 'string',
        description: 'The server; by default the one on this machine, by GATI_ADMIN_PORT or PORT',
        valueHint: 'url',
      },
    },
    passesOn: true,
    load: async () => ({
      async run({ args, rest, output }) {
        const { runOperateCommand } = await import('@gati/runtime-h3/operate/command');
        const url = args.url === undefined ? [] : [`--url=${String(args.url)}`];
        const action = args.action === undefined ? [] : [String(args.action)];
        const words = [...url, ...action, ...rest];
        const { env } = process;
        return runOperateCommand(name, words, {
          token: env['GATI_TOKEN'],
          env,
          output: output.json ? output : undefined,
        });
      },
    }),
  }));
}
