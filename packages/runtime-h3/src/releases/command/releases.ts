import { count } from '@gati/contract/internal';
import type { ReleaseMark, StoredRelease, StoreHead } from '../../ports.ts';
import { statusOf } from '../store/head.ts';
import { pruneReleases } from '../store/prune.ts';
import { findRelease, listReleases, readManifest } from '../store/read-release.ts';
import { deprecateRelease, labelRelease, retireRelease } from '../store/change-status.ts';
import { printChanges } from '../../command/print-changes.ts';
import { reasonOf, verifyStore } from '../store/verify.ts';
import { rejectExtraWords, parseCountFlag, parseTimeFlag, parseVersion } from './parse-values.ts';
import type { CommandResult } from '../../command/output.ts';
import type { Style } from '../../command/style.ts';
import { type Column, printTable } from '../../command/table.ts';
import { usageError } from '../../command/usage-error.ts';
import type { ReleaseCall, ReleaseCommand } from './release-command.ts';

type Action = (call: ReleaseCall) => Promise<CommandResult>;

const ACTIONS: Record<string, Action> = {
  list,
  show,
  prune,
  verify,
  deprecate,
  retire,
  label,
};

export const releases: ReleaseCommand = {
  description: 'Manage the release store: list, show, prune, verify, deprecate, retire, label',
  words: `${Object.keys(ACTIONS).join('|')} [VERSION]`,
  flags: {
    at: { type: 'string', description: 'deprecate: since when, now by default', valueHint: 'time' },
    sunset: {
      type: 'string',
      description: 'deprecate: when it will be retired',
      valueHint: 'time',
    },
    last: {
      type: 'string',
      description: 'prune: keep this many of the newest, 5 by default',
      valueHint: 'count',
    },
    days: {
      type: 'string',
      description: 'prune: keep releases younger than this many days, 90 by default',
      valueHint: 'days',
    },
    'dry-run': { type: 'boolean', description: 'prune: only show what would be removed' },
  },
  async run(call) {
    const [name, ...words] = call.words;
    const action = Object.hasOwn(ACTIONS, name ?? '') ? ACTIONS[name!] : undefined;
    if (!action) {
      const known = Object.keys(ACTIONS).join(', ');
      throw usageError(
        name === undefined ? '`releases` needs an action' : `\`releases\` can't \`${name}\``,
        `The actions are ${known}.`,
      );
    }
    return action({ ...call, words });
  },
};

interface ReleaseRow extends ReleaseMark {
  version: string;
  id: string;
  /** RFC 3339. */
  date: string;
  status: ReleaseMark['status'];
  current: boolean;
  files: number;
  bytes: number;
  image?: string;
  label?: string;
}

/** Converts a release to a row of `releases list`. */
function toRow({ version, id, date, files, image }: StoredRelease, head: StoreHead): ReleaseRow {
  return {
    version,
    id,
    date,
    ...head.marks[version],
    status: statusOf(head, version),
    current: head.current === version,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    ...(image !== undefined && { image }),
    ...(head.labels?.[version] !== undefined && { label: head.labels[version] }),
  };
}

function paintStatus(status: string, style: Style): string {
  if (status.includes('quarantined')) return style.red(status);
  if (status === 'live') return style.green(status);
  if (status === 'deprecated') return style.yellow(status);
  return status === 'staged' ? style.cyan(status) : style.dim(status);
}

const paintFact = (name: string, value: string, style: Style): string =>
  name === 'status' ? paintStatus(value, style) : value;

/** Returns the status for people. A quarantined release that was staged before is just `quarantined`. */
function shownStatus(head: StoreHead, version: string): string {
  const status = statusOf(head, version);
  if (head.marks[version]?.quarantine === undefined) return status;
  return status === 'staged' ? 'quarantined' : `${status}, quarantined`;
}

const RELEASE_COLUMNS: Column[] = [
  { title: '' },
  { title: 'version' },
  { title: 'status' },
  { title: 'released' },
  { title: 'id' },
  { title: 'size', isRight: true },
];

async function list({ store, words, style }: ReleaseCall): Promise<CommandResult> {
  rejectExtraWords('releases list', words);
  const { head } = await store.head();
  const damaged: { version: string; reason: string }[] = [];
  const found = await listReleases(store, (version, error) =>
    damaged.push({ version, reason: reasonOf(error) }),
  );
  const rows = found.map((release) => toRow(release, head));
  const cells = rows.map(({ version, date, current, id, bytes, label: text }) => [
    current ? style.green('*') : ' ',
    current ? style.bold(version) : version,
    `${paintStatus(shownStatus(head, version), style)}${text === undefined ? '' : ` (${text})`}`,
    `${date.slice(0, 10)} ${date.slice(11, 16)}`,
    style.dim(id),
    `${(bytes / 1000).toFixed(0)} kB`,
  ]);
  const lines = cells.length > 0 ? printTable(RELEASE_COLUMNS, cells, style) : [];
  for (const { version, reason } of damaged)
    lines.push(style.red(`! ${version} is damaged: ${reason}`));
  return {
    lines: lines.length > 0 ? lines : [`no release in ${store.url}`],
    document: {
      current: head.current ?? null,
      releases: rows,
      ...(damaged.length > 0 && { damaged }),
    },
    code: damaged.length > 0 ? 1 : 0,
  };
}

async function show({ store, words, style }: ReleaseCall): Promise<CommandResult> {
  const release = await findRelease(store, parseVersion('releases show', words));
  const { head } = await store.head();
  const { release: built, changes, contract } = await readManifest(store, release);
  const row = toRow(release, head);
  const { since, bump } = built;
  const { quarantine, ...facts } = { ...row, status: shownStatus(head, release.version) };
  return {
    lines: [
      ...Object.entries(facts).map(
        ([name, value]) => `${style.dim(name.padEnd(13))} ${paintFact(name, String(value), style)}`,
      ),
      ...(quarantine === undefined
        ? []
        : [
            `${style.red('taken back')}    ${quarantine.at} by ${quarantine.server}: ${quarantine.reason}`,
          ]),
      `${style.dim('routes')}        ${contract.routes.length}`,
      ...(since === undefined ? [] : [`${style.dim('since')}         ${since} (${bump})`]),
      ...(changes && changes.length > 0 ? ['', ...printChanges(changes, style)] : []),
    ],
    document: {
      ...row,
      ...(since !== undefined && { since, bump, changes }),
      routes: contract.routes.map(({ id }) => id),
      files: release.files,
    },
    code: 0,
  };
}

async function prune({ store, words, flags }: ReleaseCall): Promise<CommandResult> {
  rejectExtraWords('releases prune', words);
  const dryRun = flags['dry-run'] === true;
  const done = await pruneReleases(store, {
    last: parseCountFlag('last', flags.last),
    days: parseCountFlag('days', flags.days),
    dryRun,
  });
  const would = dryRun ? 'would be ' : '';
  return {
    lines: [
      done.pruned.length === 0
        ? 'no release is outside of the window'
        : `${would}retired permanently: ${done.pruned.join(', ')}`,
      `${count(done.blobs, 'unneeded file')} ${dryRun ? 'would be removed' : 'removed'}`,
    ],
    document: done,
    code: 0,
  };
}

async function verify({ store, words }: ReleaseCall): Promise<CommandResult> {
  rejectExtraWords('releases verify', words);
  const found = await verifyStore(store);
  return {
    lines: [
      ...found.damaged.map(({ version, path, fault, reason }) =>
        `${version} ${path}: ${fault}${reason === undefined ? '' : `. ${reason}`}`.trim(),
      ),
      `${count(found.files, 'file')} of ${count(found.releases, 'release')} read, ${found.damaged.length} damaged`,
    ],
    document: found,
    code: found.damaged.length === 0 ? 0 : 1,
  };
}

async function deprecate({ store, words, flags }: ReleaseCall): Promise<CommandResult> {
  const version = parseVersion('releases deprecate', words);
  const [at, sunset] = [parseTimeFlag('at', flags.at), parseTimeFlag('sunset', flags.sunset)];
  const mark = (await deprecateRelease(store, version, { at, sunset })).marks[version]!;
  const end = mark.sunsetAt === undefined ? '' : `, to be retired on ${mark.sunsetAt}`;
  return {
    lines: [`${version} is deprecated since ${mark.deprecatedAt}${end}`],
    document: { version, ...mark },
    code: 0,
  };
}

async function retire({ store, words }: ReleaseCall): Promise<CommandResult> {
  const version = parseVersion('releases retire', words);
  const mark = (await retireRelease(store, version)).marks[version]!;
  return {
    lines: [
      `${version} is retired: the server responds 410, unless a file in src/versions of the current release migrates it`,
    ],
    document: { version, ...mark },
    code: 0,
  };
}

async function label({ store, words }: ReleaseCall): Promise<CommandResult> {
  const [wanted, text, ...more] = words;
  rejectExtraWords('releases label', more);
  const version = parseVersion('releases label', wanted === undefined ? [] : [wanted]);
  if (text !== undefined && !/^[\w.-]{1,40}$/.test(text))
    throw usageError(
      `\`${text}\` can't be a label`,
      'A label has 1 to 40 letters, digits, `.`, `_` or `-`; without one the label is removed.',
    );
  await labelRelease(store, version, text);
  return {
    lines: [text === undefined ? `${version} has no label` : `${version} is labelled ${text}`],
    document: { version, label: text ?? null },
    code: 0,
  };
}
