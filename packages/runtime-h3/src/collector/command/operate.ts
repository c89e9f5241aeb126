/**
 * Entry `@gati/runtime-h3/operate/command`: the commands `config`, `scale` and `restart`, which run
 * actions of the panel. Internal: for `gati`; changes without notice.
 */
import { count } from '@gati/contract/internal';
import {
  type CommandOutput,
  type CommandResult,
  createOutput,
  printResult,
  usageResult,
} from '../../command/output.ts';
import { parseArguments } from '../../command/parse-arguments.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import type { PoolStatus, Setting } from '../../types/process-metrics.ts';
import { openPanelClient, type PanelClient } from './panel-client.ts';

export type OperateName = 'config' | 'scale' | 'restart';

export interface OperateOptions {
  /** Token of the panel; `GATI_TOKEN`. */
  token: string | undefined;
  env: Record<string, string | undefined>;
  /** Streams for the output; those of the process by default. */
  output?: CommandOutput | undefined;
}

const OPTIONS = {
  url: { type: 'string' },
  reason: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const HELP = `Change a running server through its panel

  config list                  settings with their source; those that a running server can change
  config set NAME=VALUE … --reason TEXT
                               change settings in all processes; NAME= returns to the environment
  scale [N]                    show the workers, or change their number until the next restart
  restart [PID]                replace all workers in turn, or one

  --url=URL     the server; by default the one on this machine, by GATI_ADMIN_PORT or PORT
  --reason=TEXT for the audit log
  --json        one JSON document on stdout, everything else on stderr

  GATI_TOKEN is a token from the page Access of the panel, with the role operator.

Examples
  config set GATI_LOG_LEVEL=debug --reason="orders fail"
  scale 4 --url=https://shop.example`;

interface Call {
  panel: PanelClient;
  words: string[];
  reason: string | undefined;
  style: Style;
}

const RUNS: Record<OperateName, (call: Call) => Promise<CommandResult>> = {
  config,
  scale,
  restart,
};

/** Whether a word is one of these commands. */
export const isOperateCommand = (word: string): word is OperateName => Object.hasOwn(RUNS, word);

/** Runs a command. Resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runOperateCommand(
  name: OperateName,
  words: string[],
  { token, env, ...options }: OperateOptions,
): Promise<number> {
  const output = options.output ?? createOutput(words.includes('--json'));
  return printResult(output, 'Check that the server runs and has a panel.', async () => {
    const { positionals, values } = parseArguments(words, OPTIONS, { help: `${name} --help` });
    if (values.help) return usageResult(HELP);
    const port = env['GATI_ADMIN_PORT'] || env['PORT'] || '3000';
    const panel = openPanelClient({ url: values.url ?? `http://localhost:${port}`, token });
    const { style } = output;
    return RUNS[name]({ panel, words: positionals, reason: values.reason, style });
  });
}

type ListedSetting = Omit<Setting, 'source'> & { source: string; changed?: { by: string } };

const SETTING_COLUMNS: Column[] = [
  { title: 'setting' },
  { title: 'value' },
  { title: 'source' },
  { title: 'applies' },
];

async function config({ panel, words, reason, style }: Call): Promise<CommandResult> {
  const [action = 'list', ...rest] = words;
  if (action === 'list') {
    rejectWords('config list', rest);
    const { settings } = await panel.get<{ settings: ListedSetting[] }>('config');
    const rows = settings.map(({ name, value, unset, source, when, changed }) => [
      name,
      value || unset || '-',
      changed ? `changed by ${changed.by}` : source,
      when === 'runtime' ? 'at once' : 'after a restart',
    ]);
    return { lines: printTable(SETTING_COLUMNS, rows, style), document: { settings }, code: 0 };
  }
  if (action !== 'set')
    throw usageError(`\`config\` can't \`${action}\``, 'Use `config list` or `config set`.');
  const changes = rest.map(readChange);
  if (changes.length === 0)
    throw usageError(
      '`config set` needs a setting',
      'Write NAME=VALUE, such as GATI_LOG_LEVEL=debug.',
    );
  if (!reason)
    throw usageError('`config set` needs a reason', 'Add `--reason`, for the audit log.');
  const result = await runAction<{
    changes: { name: string; before: string; after: string }[];
  }>(panel, 'config.set', { changes }, reason);
  return {
    lines: result.changes.map(
      ({ name, before, after }) => `${name}: ${before || '-'} -> ${after || '-'}`,
    ),
    document: result,
    code: 0,
  };
}

/** @throws {GatiError} GATI_PANEL_UNREADABLE when it fails, or the server can't be changed */
async function runAction<Result>(
  panel: PanelClient,
  name: string,
  input: object,
  reason: string | undefined,
): Promise<Result> {
  const result = await panel.act<Result>(name, input, reason);
  if (result === undefined) throw panel.error(`it has no action ${name}`);
  return result;
}

function readChange(word: string): { name: string; value: string | null } {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(word) ?? [];
  if (name === undefined)
    throw usageError(
      `\`${word}\` is no change of a setting`,
      'Write NAME=VALUE, or NAME= to return to the environment.',
    );
  return { name, value: value || null };
}

async function scale({ panel, words, reason }: Call): Promise<CommandResult> {
  const [number, ...more] = words;
  rejectWords('scale', more);
  if (number === undefined) {
    const { workers } = await panel.get<{ workers?: PoolStatus }>('scaling');
    if (!workers)
      throw usageError('this server can not be scaled', 'Name a built server with `--url`.');
    return { lines: [printStatus(workers)], document: workers, code: 0 };
  }
  if (!/^[1-9]\d{0,3}$/.test(number))
    throw usageError(`\`scale ${number}\` can't be used`, 'Give a number of workers from 1.');
  const status = await runAction<PoolStatus>(
    panel,
    'scaling.scale',
    { workers: Number(number) },
    reason,
  );
  return {
    lines: [`scaling to ${count(Number(number), 'worker')}; \`scale\` shows the progress`],
    document: status,
    code: 0,
  };
}

async function restart({ panel, words, reason }: Call): Promise<CommandResult> {
  const [pid, ...more] = words;
  rejectWords('restart', more);
  if (pid !== undefined && !/^[1-9]\d{0,9}$/.test(pid))
    throw usageError(`\`restart ${pid}\` can't be used`, 'Give the process id of a worker.');
  const input = pid === undefined ? {} : { pid: Number(pid) };
  const status = await runAction<PoolStatus>(panel, 'scaling.restart', input, reason);
  return {
    lines: [
      `restarting ${pid === undefined ? 'all workers' : `worker ${pid}`}; \`scale\` shows the progress`,
    ],
    document: status,
    code: 0,
  };
}

function printStatus({
  wanted,
  ready,
  starting,
  draining,
  initial,
  max,
  change,
}: PoolStatus): string {
  const last =
    change === undefined
      ? ''
      : `; last ${change.what}: ${change.state}${change.reason === undefined ? '' : `, ${change.reason}`}`;
  return `${ready} of ${count(wanted, 'worker')} ready, ${starting} starting, ${draining} draining (${initial} at the start, at most ${max})${last}`;
}

function rejectWords(command: string, words: string[]): void {
  if (words.length > 0)
    throw usageError(
      `\`${command}\` takes no \`${words[0]}\``,
      `See \`${command.split(' ')[0]} --help\`.`,
    );
}
