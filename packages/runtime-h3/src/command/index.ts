/**
 * Entry `@gati/runtime-h3/command`: the shared code of the commands of a built server, which `gati`
 * uses too. Internal: for `vite-plugin-gati`; changes without notice.
 */
export { type ErrorPages, explainCode } from './explain.ts';
export { ignoreClosedPipe } from './closed-pipe.ts';
export type { CommandOutput, CommandResult } from './output.ts';
export { type ArgumentHelp, type ParsedArguments, parseArguments } from './parse-arguments.ts';
export { paintLevel, printChanges } from './print-changes.ts';
export { createStyle, type Style, styleFor } from './style.ts';
export { type Column, printTable } from './table.ts';
export { usageError } from './usage-error.ts';
