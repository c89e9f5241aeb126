import { join } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { until } from '@gati/test-kit/wait';
import { afterEach, beforeEach } from 'vitest';
import { createStyle } from '../../../src/command/style.ts';
import type { ReleaseStore, ServerNote } from '../../../src/ports.ts';
import {
  activateRelease,
  openReleaseStore,
  RELEASE_COMMANDS,
} from '../../../src/releases/index.ts';
import { putSealed, type SealedOptions } from '../../helpers/sealed.ts';
import { type RunningServer, type ServerHarness, useServer } from './harness.ts';
import { sendTraffic, type Traffic } from './release-traffic.ts';

/** Version that is current before each test. */
export const OLD = '2.0.0';
export const NEW = '2.1.0';

/** A line of the server's log. */
export interface LogLine {
  msg: string;
  code?: string;
  reason?: string;
  release?: string;
  proof?: string;
}

export interface RollOutHarness {
  server: ServerHarness;
  root(): string;
  store(): ReleaseStore;
  /** Environment of a server on the store. */
  env(): Record<string, string>;
  /** Starts a server with two workers, and waits until `current` is its current version. */
  start(env?: Record<string, string>, current?: string): Promise<RunningServer>;
  /** Puts a release into the store. */
  put(version: string, options?: SealedOptions): Promise<void>;
  /** Runs `activate VERSION --wait`, and returns its error. */
  activate(
    version: string,
    flags?: { force?: boolean },
  ): Promise<{ code: string; message: string } | undefined>;
  /** Waits until all workers report this version as current. */
  isCurrent(version: string): Promise<true>;
  /** Returns what `releases show VERSION` prints. */
  show(version: string): Promise<string>;
  /** Requests the old release until the test ends. */
  sendTraffic(url: string): Traffic;
}

/** Options of a release with one module. `setup` and `health` are code. */
export const withModule = (setup: string, health = 'true'): SealedOptions => ({
  modules: `{ db: () => ({ default: { setup: ${setup}, health: () => ${health} } }) }`,
});

export const logOf = ({ stdout }: RunningServer): LogLine[] =>
  stdout()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

/** Gives each test of a file a release store in which `OLD` is current. */
export function useRollOuts(): RollOutHarness {
  const server = useServer();
  let root: string;
  let store: ReleaseStore;
  let traffic: Traffic | undefined;
  beforeEach(async () => {
    root = temporaryFolder('roll-out');
    store = await openReleaseStore(join(root, 'store'));
    await putSealed(store, OLD, { at: '2026-01-01T00:00:00Z' });
    await activateRelease(store, OLD);
  });
  afterEach(async () => {
    await traffic?.stop();
    traffic = undefined;
  });

  const env = (): Record<string, string> => ({
    GATI_RELEASES: join(root, 'store'),
    GATI_CACHE: join(root, 'cache'),
  });
  const isCurrent = (version: string): Promise<true> => {
    let notes: ServerNote[] = [];
    return until(
      `${version} is current`,
      async () => {
        notes = await store.notes();
        return notes.length >= 2 && notes.every(({ current }) => current === version);
      },
      { explain: () => JSON.stringify(notes) },
    );
  };
  return {
    server,
    root: () => root,
    store: () => store,
    env,
    isCurrent,
    async start(more = {}, current = OLD) {
      const running = await server.start({
        ...env(),
        GATI_WORKERS: '2',
        GATI_PROOF_QUIET: '700',
        GATI_LOG_LEVEL: 'warn',
        ...more,
      });
      await isCurrent(current);
      return running;
    },
    put: (version, options) => putSealed(store, version, options),
    activate: (version, flags) =>
      RELEASE_COMMANDS.activate
        .run({
          store,
          words: [version],
          flags: { wait: true, timeout: '240', ...flags },
          style: createStyle(false),
          progress: () => {},
        })
        .then(
          () => undefined,
          (error: { code: string; message: string }) => error,
        ),
    async show(version) {
      const style = createStyle(false);
      const call = { store, words: ['show', version], flags: {}, style, progress: () => {} };
      return (await RELEASE_COMMANDS.releases.run(call)).lines.join('\n');
    },
    sendTraffic: (url) => (traffic = sendTraffic(url, OLD)),
  };
}
