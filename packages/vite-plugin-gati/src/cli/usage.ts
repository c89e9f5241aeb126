import { GatiError } from '@gati/contract';
import type { ArgsDef } from 'citty';
import { suggest } from './suggest.ts';

/** Wrong use of the command line: exit code 2. */
export function usageError(message: string, fix: string): GatiError {
  return new GatiError({ code: 'GATI_USAGE', message, fix });
}

/** What `gati NAME` was called with, split from what belongs to a script that it runs. */
export interface CommandLine {
  own: string[];
  /** Behind the first positional of a command that passes the rest on, or behind `--`. */
  rest: string[];
}

/** citty takes any flag; a script that mistypes one must not go on as if it were not there. */
export function splitArgs(
  command: string,
  args: string[],
  def: ArgsDef,
  passOn: boolean,
): CommandLine {
  const flags = flagsOf(def);
  const most = Object.values(def).filter((arg) => arg.type === 'positional').length;
  const own: string[] = [];
  let positionals = 0;
  for (let index = 0; index < args.length; index++) {
    const arg = args[index]!;
    if (arg === '--') return { own, rest: args.slice(index + 1) };
    if (!arg.startsWith('-') || arg === '-') {
      if (++positionals > most)
        throw usageError(
          `\`gati ${command}\` takes no \`${arg}\``,
          `See \`gati ${command} --help\`.`,
        );
      own.push(arg);
      if (passOn) {
        const rest = args.slice(index + 1);
        return { own, rest: rest[0] === '--' ? rest.slice(1) : rest };
      }
      continue;
    }
    const [name, given] = splitFlag(arg);
    const flag = flags.get(name);
    if (!flag) throw unknownFlag(command, name, flags.keys());
    const { kind, long } = flag;
    const next = args[index + 1];
    if (kind === 'boolean') {
      if (given !== undefined)
        throw usageError(`\`${name}\` takes no value`, `Write \`${name}\` or leave it out.`);
      own.push(long);
    } else if (given !== undefined) {
      own.push(`${long}=${given}`);
    } else if (next !== undefined && !next.startsWith('-')) {
      own.push(`${long}=${next}`);
      index++;
    } else if (kind === 'optional') {
      own.push(`${long}=`);
    } else {
      throw usageError(
        `\`${name}\` needs a value`,
        `For example \`${name} VALUE\`; see \`gati ${command} --help\`.`,
      );
    }
  }
  return { own, rest: [] };
}

interface Flag {
  long: string;
  /** `optional` may stand without its value: `--host`, `--open`. */
  kind: 'boolean' | 'string' | 'optional';
}

function flagsOf(def: ArgsDef): Map<string, Flag> {
  const flags = new Map<string, Flag>();
  for (const [name, arg] of Object.entries(def)) {
    if (arg.type === 'positional') continue;
    const long = `--${name}`;
    const kind =
      arg.type === 'boolean' ? 'boolean' : arg.valueHint?.startsWith('[') ? 'optional' : 'string';
    if ('negativeDescription' in arg) flags.set(`--no-${name}`, { long: `--no-${name}`, kind });
    for (const word of [long, ...aliasesOf(arg).map((alias) => `-${alias}`)])
      flags.set(word, { long, kind });
  }
  return flags;
}

const aliasesOf = (arg: ArgsDef[string]): string[] =>
  'alias' in arg ? [arg.alias ?? []].flat() : [];

function splitFlag(arg: string): [name: string, value: string | undefined] {
  const at = arg.indexOf('=');
  return at < 0 ? [arg, undefined] : [arg.slice(0, at), arg.slice(at + 1)];
}

function unknownFlag(command: string, name: string, known: Iterable<string>): GatiError {
  const near = suggest(name, known);
  return usageError(
    `unknown option \`${name}\` of \`gati ${command}\``,
    near ? `Did you mean \`${near}\`?` : `See \`gati ${command} --help\`.`,
  );
}
