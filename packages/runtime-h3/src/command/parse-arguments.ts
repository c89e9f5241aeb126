import { parseArgs, type ParseArgsConfig } from 'node:util';
import { usageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Values by option, and positionals. */
export type ParsedArguments<O extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: O; allowPositionals: true }>
>;

export interface ArgumentHelp {
  /** The command that prints the options: `effects --help`. */
  help: string;
  /** Finds the known option that an unknown one was meant to be. */
  suggest?(option: string): string | undefined;
}

/**
 * Parses the arguments of a command.
 *
 * @throws {GatiError} GATI_USAGE when an option is unknown, lacks its value, or takes none
 */
export function parseArguments<const O extends Options>(
  args: string[],
  options: O,
  { help, suggest }: ArgumentHelp,
): ParsedArguments<O> {
  // Parses without `strict`, because the messages of Node's own errors are long and differ between
  // versions.
  const parsed = parseArgs({ args, options, allowPositionals: true, strict: false, tokens: true });
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const fault = faultOf(options[name], rawName, value, inlineValue);
    if (fault === undefined) continue;
    const near = options[name] ? undefined : suggest?.(rawName);
    throw usageError(fault, near ? `Did you mean \`${near}\`?` : `See \`${help}\`.`);
  }
  return parsed as unknown as ParsedArguments<O>;
}

function faultOf(
  option: Options[string] | undefined,
  name: string,
  value: string | undefined,
  isInline: boolean | undefined,
): string | undefined {
  if (!option) return `unknown option \`${name}\``;
  if (option.type === 'boolean')
    return value === undefined ? undefined : `\`${name}\` takes no value`;
  if (value === undefined) return `\`${name}\` needs a value`;
  return !isInline && value.startsWith('-')
    ? `\`${name}\` needs a value; one that starts with a dash is written \`${name}=VALUE\``
    : undefined;
}
