import { paintLevel, printChanges, type Style, usageError } from '@gati/runtime-h3/command';
import { type Diff, diffManifests, type Manifest } from '@gati/contract';
import { toManifest } from '../../emit/manifest.ts';
import { reportDiagnostics } from '../../build/report.ts';
import { type History, openHistory } from '../../releases/history.ts';
import { openApp } from '../app.ts';
import { readManifestArgument } from '../manifest-argument.ts';
import { type Call, OK } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, output } = call;
  const { config, context } = await openApp(call);
  call.onStop(() => context.close());
  let history: Promise<History> | undefined;
  // Opened on first use: two files need no store.
  const open = (): Promise<History> =>
    (history ??= openHistory(config.root, args.store as string | undefined));
  try {
    const [before, after] = [args.before as string | undefined, args.after as string | undefined];
    const old =
      before === undefined ? (await open()).base : await readManifestArgument(before, open);
    if (!old)
      throw usageError(
        'there is no release to compare with',
        `Run \`gati build\` and \`gati release\` first, which puts a release into ${(await open()).store.url}, or name two manifest files.`,
      );
    const now = after === undefined ? await current() : await readManifestArgument(after, open);
    const diff = diffManifests(old, now, context.project.options.breaking);
    for (const line of describe(diff, output.style)) output.line(line);
    output.document(diff);
    return OK;
  } finally {
    await Promise.all([
      context.close(),
      history?.then(({ store }) => store.close()).catch(() => undefined),
    ]);
  }

  /** The manifest of the sources. It has no code, so only contracts are compared. */
  async function current(): Promise<Manifest> {
    const { contract, diagnostics } = await context.analysis();
    reportDiagnostics(diagnostics, () => undefined);
    return toManifest({ app: context.project.app, contract });
  }
}

function describe({ bump, changes }: Diff, style: Style): string[] {
  if (bump === 'none') return ['no change that a client could notice'];
  return [
    ...printChanges(changes, style),
    '',
    `the next release is a ${paintLevel(bump, style)} one`,
  ];
}
