import { count } from '@gati/contract/internal';
import type { ReleaseMark, ReleaseStore } from '../../ports.ts';
import { liveVersions, statusOf } from '../store/head.ts';
import { activateRelease, rollbackRelease, type RollbackResult } from '../store/change-status.ts';
import { rejectExtraWords, parseCountFlag, parseVersion } from './parse-values.ts';
import type { ReleaseCall, ReleaseCommand } from './release-command.ts';
import { describeWithoutVersion } from './without-version.ts';
import { readServerNotes, waitForServers, type WaitResult } from './wait-for-servers.ts';

/**
 * Default of `--timeout`, in seconds. Longer than the time for which the note of a killed server
 * counts.
 */
const TIMEOUT = 120;

const WAIT_FLAGS: ReleaseCommand['flags'] = {
  wait: { type: 'boolean', description: 'Return when all running servers have it' },
  timeout: {
    type: 'string',
    description: `Longest wait in seconds, ${TIMEOUT} by default`,
    valueHint: 'seconds',
  },
};

export const activate: ReleaseCommand = {
  description: 'Make a release of the store current, on running servers too',
  words: 'VERSION',
  flags: {
    ...WAIT_FLAGS,
    force: {
      type: 'boolean',
      description: 'Activate the release even if servers took it back before',
    },
  },
  async run(call) {
    const version = parseVersion('activate', call.words);
    const { head } = await call.store.head();
    const before = head.current;
    const status = statusOf(head, version);
    // The release was ended on purpose, so the command mentions its old status.
    const was = status === 'live' || status === 'staged' ? undefined : status;
    const { result, waited } = await changeAndWait(
      call,
      (store) => activateRelease(store, version, { force: call.flags.force === true }),
      (changed) => changed.current!,
    );
    const current = result.current!;
    const live = liveVersions(result);
    const again = was === undefined ? '' : ` and live again (it was ${was})`;
    const others = live.filter((each) => each !== current);
    return {
      lines: [
        `${current} is current${again}${describeOthers(others)}${onServers(waited)}`,
        ...(live.length === 2 && liveVersions(head).length < 2
          ? [describeWithoutVersion({ live, current, missing: call.missing })]
          : []),
      ],
      document: {
        current,
        before: before ?? null,
        ...(was !== undefined && { was }),
        live,
        servers: waited?.servers ?? null,
      },
      code: 0,
    };
  },
};

export const rollback: ReleaseCommand = {
  description: 'Make the previous release current again and withdraw the current one',
  words: '',
  flags: WAIT_FLAGS,
  async run(call) {
    rejectExtraWords('rollback', call.words);
    const { result, waited } = await changeAndWait(call, rollbackRelease, ({ current }) => current);
    return {
      lines: [
        `${result.current} is current again, ${result.withdrawn} is withdrawn${onServers(waited)}`,
        ...(result.deprecated === undefined ? [] : [describeDeprecated(result.deprecated, result)]),
      ],
      document: { ...result, servers: waited?.servers ?? null },
      code: 0,
    };
  },
};

/** Versions that {@link describeOthers} names. */
const MOST_NAMED = 3;

/** Returns the part of the message about the other live releases, highest version first. */
function describeOthers(versions: string[]): string {
  if (versions.length === 0) return '';
  const rest = versions.length - MOST_NAMED;
  const named = versions.slice(0, MOST_NAMED);
  if (rest > 0) named.push(`${rest} more`);
  const last = named.pop()!;
  const list = named.length === 0 ? last : `${named.join(', ')} and ${last}`;
  return `, ${list} ${versions.length === 1 ? 'stays' : 'stay'} live`;
}

function describeDeprecated({ sunsetAt }: ReleaseMark, { current }: RollbackResult): string {
  const end = sunsetAt === undefined ? '' : `, with its end announced for ${sunsetAt}`;
  return `${current} is deprecated${end}; \`activate ${current}\` makes it live again`;
}

/** Changes the head, and with `--wait` waits until all servers run the new current release. */
async function changeAndWait<T>(
  { store, flags, progress }: ReleaseCall,
  change: (store: ReleaseStore) => Promise<T>,
  toVersion: (result: T) => string,
): Promise<{ result: T; waited: WaitResult | undefined }> {
  const within = (parseCountFlag('timeout', flags.timeout) ?? TIMEOUT) * 1000;
  const before = flags.wait ? await readServerNotes(store) : new Map();
  const result = await change(store);
  return {
    result,
    waited: flags.wait
      ? await waitForServers(store, toVersion(result), { before, within, progress })
      : undefined,
  };
}

/**
 * Returns the end of the message: the number of processes that run the release. Empty without
 * `--wait`.
 */
function onServers(waited: WaitResult | undefined): string {
  if (!waited) return '';
  if (waited.servers.length === 0) return '; no running server follows this store';
  return `, on ${count(waited.servers.length, 'process', 'processes')}`;
}
