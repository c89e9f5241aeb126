import fs from 'node:fs';
import path from 'node:path';
import type { Diagnostic } from '@gati/contract';
import { count } from '@gati/contract/internal';
import { normalizePath } from 'vite';
import { openApp } from '../app.ts';
import {
  annotateGuard,
  annotateHandler,
  annotateMiddleware,
  applyInsertions,
  type Insertion,
} from '../check/annotate.ts';
import { checkTypes } from '../check/types.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { describeUnchecked } from '../unchecked-migrations.ts';
import { noHandlers } from '../../scan/no-handlers.ts';
import { withoutFollowUps } from '../../scan/follow-ups.ts';
import type { Scan } from '../../scan/types.ts';
import { writeChanged } from '../../files/write-changed.ts';

export async function run(call: Call): Promise<number> {
  const { output } = call;
  const { context } = await openApp(call);
  call.onStop(() => context.close());
  try {
    const { root } = context.project;
    const fixed =
      call.args.fix === true ? await writeAnnotations(root, await context.project.scan()) : [];
    for (const file of fixed) output.line(`fixed ${file}`);

    const analysis = await context.analysis();
    const contractErrors = analysis.diagnostics.filter(({ level }) => level === 'error');
    // The files of the app refer to the generated types of its routes and modules.
    await (contractErrors.length === 0
      ? context.project.generate(analysis)
      : context.project.generateTypes(analysis.scan));
    const files = sourcesOf(analysis.scan).map((file) => path.join(root, file));
    const typeErrors = await checkTypes({
      root: normalizePath(root),
      files,
      insertions: insertionsOf(root, analysis.scan),
    });

    const found = withoutFollowUps([...noHandlers(root), ...analysis.diagnostics, ...typeErrors]);
    const errors = found.filter(({ level }) => level === 'error');
    const warnings = found.filter(({ level }) => level === 'warning');
    for (const diagnostic of [...warnings, ...errors]) output.diagnostic(diagnostic);
    for (const line of await describeUnchecked(root, analysis.scan.versions, analysis.contract))
      output.line(line);
    output.line(summary(analysis.contract.routes.length, warnings, errors));
    output.document({ warnings, errors, ...(call.args.fix === true && { fixed }) });
    return errors.length + warnings.length === 0 ? OK : FINDING;
  } finally {
    await context.close();
  }
}

async function writeAnnotations(root: string, scan: Scan): Promise<string[]> {
  const written: string[] = [];
  for (const [file, insertions] of insertionsOf(root, scan)) {
    if (insertions.length === 0) continue;
    await writeChanged(file, applyInsertions(fs.readFileSync(file, 'utf8'), insertions));
    written.push(normalizePath(path.relative(root, file)));
  }
  return written.sort();
}

/** Returns the missing annotations by file, absolute, with `/`. */
function insertionsOf(root: string, scan: Scan): Map<string, Insertion[]> {
  const found = new Map<string, Insertion[]>();
  const add = (file: string, annotate: (text: string) => Insertion[]): void => {
    const absolute = normalizePath(path.join(root, file));
    if (!found.has(absolute)) found.set(absolute, annotate(fs.readFileSync(absolute, 'utf8')));
  };
  for (const { file, id } of scan.routes) add(file, (text) => annotateHandler(file, text, id));
  for (const { role, file, folder } of scan.folders) {
    const annotateRole = role === 'guard' ? annotateGuard : annotateMiddleware;
    add(file, (text) => annotateRole(file, text, folder));
  }
  return found;
}

function sourcesOf({ routes, folders, modules, effects, config, versions }: Scan): string[] {
  const named = [...routes, ...modules, ...effects, ...versions].map(({ file }) => file);
  const files = [
    ...named,
    ...folders.map(({ file }) => file),
    ...(config === undefined ? [] : [config]),
  ];
  return [...new Set(files)].filter((file) => /\.[cm]?tsx?$/.test(file));
}

function summary(routes: number, warnings: Diagnostic[], errors: Diagnostic[]): string {
  if (warnings.length + errors.length === 0)
    return `${count(routes, 'route')} checked, nothing found`;
  return `${count(routes, 'route')} checked: ${count(errors.length, 'error')}, ${count(warnings.length, 'warning')}`;
}
