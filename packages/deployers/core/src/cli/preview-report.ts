import fs from 'node:fs';
import path from 'node:path';
import type { Change } from '@gati/contract';
import { createStyle, printChanges } from '@gati/runtime-h3/command';
import type { Call } from './command.ts';

/** Returns the package of the client, which the build writes. */
export function findSdk(root: string, version: string): string | undefined {
  const folder = path.join(root, 'sdk');
  if (!fs.existsSync(folder)) return undefined;
  const file = fs.readdirSync(folder).find((each) => each.endsWith(`-${version}.tgz`));
  return file && `sdk/${file}`;
}

/** Facts about a preview for the author of a pull request. */
export interface PreviewReport {
  name: string;
  version: string;
  url: string;
  expires: string;
  changes: Change[] | null;
  sdk: string | null;
}

/** Prints the address, the client and the changes of a preview. */
export function printPreview({ reporter }: Call, report: PreviewReport, environment: string): void {
  const { style } = reporter;
  const { url, expires, changes, sdk } = report;
  reporter.line(`${style.green('preview')}  ${url}  ${style.dim(`until ${expires}`)}`);
  if (sdk !== null) reporter.line(`SDK      npm install ./${sdk}`);
  if (changes === null)
    return reporter.line(`no release is live in ${environment} to compare with`);
  if (changes.length === 0) return reporter.line(`the contract is the same as in ${environment}`);
  reporter.line(`changes since ${environment}:`);
  for (const line of printChanges(changes, style)) reporter.line(line);
}

/** Prints a comment for a pull request. */
export function toMarkdown({ version, url, expires, changes, sdk }: PreviewReport): string {
  const table = changes?.length
    ? `\n\`\`\`\n${printChanges(changes, createStyle(false)).join('\n').replaceAll('```', '')}\n\`\`\`\n`
    : '\nNo change of the contract.\n';
  return `**Preview of ${version}:** <${url}> until ${expires}\n${table}${sdk === null ? '' : `\nSDK: \`${sdk}\` of the build\n`}`;
}
