import { GatiError } from '@gati/contract';
import type { SqliteFailure } from '../../../data/native-sqlite.ts';

/** Reasons and fixes by primary result code of SQLite. */
const REASONS: Record<number, { reason: string; fix: string }> = {
  5: {
    reason: 'another process keeps it locked',
    fix: 'End the program that holds a transaction open on the file, such as a database tool.',
  },
  8: {
    reason: 'the file is not writable',
    fix: 'Give this user the right to write to the file and its folder.',
  },
  10: {
    reason: 'the disk failed or is full',
    fix: 'Check the disk and the limits of this user. All acknowledged jobs are stored.',
  },
  11: {
    reason: 'the file is damaged',
    fix: 'Move the file aside and restore a copy, or recover it: `sqlite3 FILE .recover`.',
  },
  13: {
    reason: 'the disk is full',
    fix: 'Free some space; the queue then continues by itself. All acknowledged jobs are stored.',
  },
  14: {
    reason: "SQLite can't open the file",
    fix: 'Name a file in a folder that this user may write to: GATI_EFFECTS=sqlite:PATH.',
  },
  26: {
    reason: 'the file is not a SQLite database',
    fix: 'Name another file: GATI_EFFECTS=sqlite:PATH.',
  },
};

export function openError(path: string, { sqlite, message }: SqliteFailure): GatiError {
  const { reason, fix } = REASONS[sqlite] ?? {
    reason: message,
    fix: 'Run on Node 22.13 or later or install `libsql` where the server runs, or set GATI_EFFECTS=sqlite:PATH to a file that this user may write to.',
  };
  return new GatiError({
    code: 'GATI_EFFECTS_OPEN',
    message: `The queue ${path} can't be opened: ${reason}${detail(reason, message)}.`,
    fix,
  });
}

export function queryError(path: string, { sqlite, message }: SqliteFailure): GatiError {
  const { reason, fix } = REASONS[sqlite] ?? {
    reason: message,
    fix: 'Try again; this call stored nothing.',
  };
  return new GatiError({
    code: 'GATI_EFFECTS_STORE',
    message: `The queue ${path} could not store a change: ${reason}${detail(reason, message)}.`,
    fix,
  });
}

/** SQLite's own message, unless it is the reason. */
const detail = (reason: string, message: string): string =>
  reason === message ? '' : ` (${message})`;
