import path from 'node:path';
import type { QueryName } from '@gati/runtime-h3/telemetry/command';
import type { Command, Option, Positional } from './command.ts';

const text = (description: string, valueHint: string): Option => ({
  type: 'string',
  description,
  valueHint,
});

const SINCE = text('How far back: 15m, 2h, 7d; 1h by default', 'time');
const PAGE = {
  limit: text('Lines of a page, 50 by default', 'n'),
  cursor: text('Continue after a page', 'next'),
};
const ROUTE = text('Route, with the base or without it: /orders/:id', 'path');
const METHOD = text('Method of a route', 'method');
const STATUS = text('Status or class', '500|5xx');
const SLOWER = text('Least duration in milliseconds', 'ms');
const VERSION = text('Version of a release', '1.2.0');
const URL_OPTION = text(
  'Read the panel of this server, with the token GATI_TOKEN; by default `gati dev` of this folder',
  'url',
);

const COMMANDS: Record<QueryName, { description: string; args: Record<string, Option> }> = {
  traces: {
    description: 'List the requests that a server observed, newest first',
    args: {
      route: ROUTE,
      method: METHOD,
      status: STATUS,
      version: VERSION,
      slower: SLOWER,
      since: SINCE,
      ...PAGE,
    },
  },
  trace: {
    description: 'Show one trace: requests, runs, spans and log lines',
    args: {
      incident: text('Write the trace to this HTML file, with payloads and logs', 'file.html'),
    },
  },
  logs: {
    description: 'List the log of a server, newest first',
    args: {
      level: text('Least level', 'warn'),
      text: text('Text of the message or of a field', 'text'),
      trace: text('Lines of this trace', 'id'),
      route: ROUTE,
      version: VERSION,
      since: SINCE,
      ...PAGE,
    },
  },
  errors: {
    description: 'List the errors of a server, grouped by type and place',
    args: { since: SINCE, ...PAGE },
  },
  metrics: {
    description: 'Show rate, errors and durations of each route',
    args: { route: ROUTE, method: METHOD, version: VERSION, since: SINCE },
  },
  trap: {
    description: 'Capture the next requests or runs that match: add, list, show, remove',
    args: {
      route: ROUTE,
      method: METHOD,
      status: STATUS,
      version: VERSION,
      slower: SLOWER,
      header: text('Header that the request has', 'name'),
      effect: text('Runs of this effect', 'name'),
      outcome: text('Runs that end so', 'dead'),
      limit: text('Number of requests or runs, 5 by default', 'n'),
      for: text('Time until it expires, 10m by default', 'time'),
    },
  },
};

const TRACE_ID: Positional = {
  type: 'positional',
  description: 'Trace id, as `gati traces` and the log have it',
  valueHint: '0af7651916cd43dd8448eb211c80319c',
};

/** Positional arguments of commands that have some. */
const POSITIONALS: Partial<Record<QueryName, Record<string, Positional>>> = {
  trace: { id: TRACE_ID },
  errors: {
    action: {
      type: 'positional',
      required: false,
      description: '`resolve ID`, `mute ID` or `reopen ID`; lists errors by default',
      valueHint: 'resolve',
    },
    id: { type: 'positional', required: false, description: 'Id of the error', valueHint: 'id' },
  },
  trap: {
    action: {
      type: 'positional',
      required: false,
      description: '`add`, `list`, `show ID` or `remove ID`; `list` by default',
      valueHint: 'add',
    },
    id: { type: 'positional', required: false, description: 'Id of the trap', valueHint: 'id' },
  },
};

/** Creates the commands that read the telemetry of a server. A built server has them too. */
export function createTelemetryCommands(): Command[] {
  return (Object.keys(COMMANDS) as QueryName[]).map((name) => {
    const { description, args: options } = COMMANDS[name];
    return {
      name,
      description,
      args: { ...POSITIONALS[name], ...options, url: URL_OPTION },
      load: async () => ({
        async run(call) {
          const { args, output } = call;
          const { describeUnknown, readBase } = await import('./telemetry-routes.ts');
          const { openDefaultReader } = await import('./open-reader.ts');
          const { runTelemetryCommand } = await import('@gati/runtime-h3/telemetry/command');
          const words = [...Object.keys(options), 'url'].flatMap((option) =>
            args[option] === undefined ? [] : [`--${option}=${String(args[option])}`],
          );
          const given = Object.keys(POSITIONALS[name] ?? {}).flatMap((each) => args[each] ?? []);
          if (given.length > 0) words.push('--', ...given.map(String));
          const root = path.resolve((args.root as string | undefined) ?? '.');
          if (name === 'trap' && args.action === 'add')
            for (const line of await describeUnknown(call)) output.line(line);
          return runTelemetryCommand(name, words, {
            base: args.route === undefined ? undefined : await readBase(call),
            open: () =>
              openDefaultReader(root, (args.mode as string | undefined) ?? 'development', {
                // Actions of the panel need the code of the terminal. The store does not.
                writes: name === 'trap' || (name === 'errors' && args.action !== undefined),
              }),
            token: process.env['GATI_TOKEN'],
            output,
          });
        },
      }),
    };
  });
}
