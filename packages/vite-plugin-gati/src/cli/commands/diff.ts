import fs from 'node:fs';
import { type Diff, diffManifests, type Manifest, parseManifest } from '@gati/contract';
import { findRelease, readManifest } from '@gati/runtime-h3/releases';
import { toManifest } from '../../emit/manifest.ts';
import { reportDiagnostics } from '../../build/report.ts';
import { type History, openHistory } from '../../releases/history.ts';
import { openApp } from '../app.ts';
import { type Call, OK } from '../command.ts';
import { usageError } from '../usage.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const { config, context } = await openApp(call);
  call.onStop(() => context.close());
  const history = await openHistory(config.root, args.store as string | undefined);
  try {
    const [before, after] = [args.before as string | undefined, args.after as string | undefined];
    const old = before === undefined ? history.base : await read(before, history);
    if (!old)
      throw usageError('there is no release to compare with', `Name two manifest files or versions; the store is ${history.store.url}.`);
    const now = after === undefined ? await current() : await read(after, history);
    const diff = diffManifests(old, now, context.project.options.breaking);
    for (const line of describe(diff)) output.line(line);
    output.document(diff);
    return OK;
  } finally {
    await Promise.all([context.close(), history.store.close()]);
  }

  /** The sources as they are; without code, so only what they promise is compared. */
  async function current(): Promise<Manifest> {
    const { contract, diagnostics } = await context.analysis();
    reportDiagnostics(diagnostics, () => undefined);
    return toManifest({ app: context.project.app, contract });
  }
}

/** A file where there is one, else a version. */
async function read(name: string, { store }: History): Promise<Manifest> {
  if (fs.existsSync(name)) return parseManifest(fs.readFileSync(name, 'utf8'));
  return readManifest(store, await findRelease(store, name));
}

function describe({ bump, changes }: Diff): string[] {
  return [
    ...changes.map(({ level, route, path, message }) => `${level.padEnd(5)} ${route}${path === '' ? '' : ` ${path}`}: ${message}`),
    bump === 'none' ? 'nothing that a caller could notice' : bump,
  ];
}
