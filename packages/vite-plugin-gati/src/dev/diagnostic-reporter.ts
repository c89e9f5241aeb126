import path from 'node:path';
import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { count } from '@gati/contract/internal';
import type { ErrorPayload, ViteDevServer } from 'vite';
import { isTypeError, siteOf, withoutFollowUps } from '../scan/follow-ups.ts';
import { colorsFor } from '../colors.ts';

/**
 * Milliseconds that a new diagnostic must last before it is reported. Hides the errors of a file
 * that is written in two steps, and of several files that are written one after the other.
 */
const SETTLE = 150;
/** Milliseconds between the correction of an error and its report. */
const CLEAR_DELAY = 10;
/** Maximum number of files that one line about corrected errors names. */
const MAX_REPAIRED = 3;

/**
 * The current diagnostics of the app. Each one is logged once, when it has lasted for
 * {@link SETTLE}. The first error is shown in Vite's overlay until the last error is gone. A line in
 * the terminal says which files were corrected.
 */
export interface DiagnosticReporter {
  /** Replaces the diagnostics of a source, for example `contract GET /users`. */
  set(source: string, diagnostics: Diagnostic[]): void;
  /** Removes the diagnostics of a source. */
  delete(source: string): void;
  /** Returns the reported diagnostics, in the order in which they were found. */
  current(): Diagnostic[];
  close(): void;
}

/** Diagnostics by {@link keyOf}: two sources may find the same one. */
type Found = Map<string, Diagnostic>;

export function createDiagnosticReporter(server: ViteDevServer): DiagnosticReporter {
  const bySource = new Map<string, Diagnostic[]>();
  const { hot } = server.environments.client;
  const { logger, root } = server.config;
  let reported: Found = new Map();
  /** Time at which a diagnostic that is not reported yet was found. */
  const foundAt = new Map<string, number>();
  /** Payload in the overlay, as JSON. */
  let overlay: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  /** Corrected files that are not logged yet. */
  const repaired = new Set<string>();
  let repairTimer: NodeJS.Timeout | undefined;

  function find(): Found {
    const all = withoutFollowUps([...bySource.values()].flat());
    return new Map(all.map((diagnostic) => [keyOf(diagnostic), diagnostic]));
  }

  /** Reports once the newest diagnostic has lasted long enough. */
  function schedule(): void {
    const now = Date.now();
    const found = find();
    for (const key of foundAt.keys()) if (!found.has(key)) foundAt.delete(key);
    for (const key of found.keys())
      if (!reported.has(key) && !foundAt.has(key)) foundAt.set(key, now);
    const wait = Math.max(CLEAR_DELAY, ...[...foundAt.values()].map((time) => time + SETTLE - now));
    clearTimeout(timer);
    timer = setTimeout(report, wait);
  }

  function report(): void {
    const found = find();
    foundAt.clear();
    for (const [key, diagnostic] of found) if (!reported.has(key)) log(diagnostic);
    noteRepaired(placesOf(found));
    reported = found;
    updateOverlay();
  }

  /**
   * Logs files in one line if they are corrected one after the other, for example by a checkout.
   */
  function noteRepaired(broken: string[]): void {
    for (const place of placesOf(reported)) repaired.add(place);
    for (const place of broken) repaired.delete(place);
    clearTimeout(repairTimer);
    if (repaired.size > 0) repairTimer = setTimeout(logRepaired, SETTLE);
  }

  function logRepaired(): void {
    const { green } = colorsFor(process.stdout);
    logger.info(`${green('repaired')} ${listed([...repaired])}`, { timestamp: true });
    repaired.clear();
  }

  function log(diagnostic: Diagnostic): void {
    const text = formatDiagnostic(diagnostic, { frame: true });
    if (diagnostic.level === 'error') logger.error(text, { timestamp: true });
    else logger.warn(text, { timestamp: true });
  }

  function overlayPayload(): ErrorPayload | undefined {
    const [first, ...rest] = errorsOf(reported);
    return first && toPayload(first, rest.length, root);
  }

  function updateOverlay(): void {
    const payload = overlayPayload();
    const text = payload && JSON.stringify(payload);
    if (text === overlay) return;
    overlay = text;
    // Relies on: Vite's client removes its overlay when it receives an update, even an empty one.
    hot.send(payload ?? { type: 'update', updates: [] });
  }

  // A page that is opened later gets the current error.
  hot.on('connection', () => {
    const payload = overlayPayload();
    if (payload) hot.send(payload);
  });

  return {
    set(source, diagnostics) {
      if (diagnostics.length > 0) bySource.set(source, diagnostics);
      else bySource.delete(source);
      schedule();
    },
    delete(source) {
      if (bySource.delete(source)) schedule();
    },
    current: () => [...reported.values()],
    close() {
      clearTimeout(timer);
      clearTimeout(repairTimer);
    },
  };
}

/** The analysis reports a type error as a warning, before the check of types reports it again. */
const keyOf = (diagnostic: Diagnostic): string =>
  isTypeError(diagnostic) ? siteOf(diagnostic) : JSON.stringify(diagnostic);

const errorsOf = (found: Found): Diagnostic[] =>
  [...found.values()].filter(({ level }) => level === 'error');

/** The files with errors. An error without a file is named by its code. */
const placesOf = (found: Found): string[] => errorsOf(found).map(({ file, code }) => file ?? code);

function listed(files: string[]): string {
  const more = files.length - MAX_REPAIRED;
  const named = files.slice(0, MAX_REPAIRED).join(', ');
  return more > 0 ? `${named} and ${count(more, 'more file')}` : named;
}

/** @param more number of further errors */
function toPayload(
  { code, message, fix, file, line = 1, column = 1, frame }: Diagnostic,
  more: number,
  root: string,
): ErrorPayload {
  const place = file === undefined ? undefined : path.resolve(root, file);
  const also = more === 0 ? '' : `\n\n${count(more, 'more error')}: see the terminal.`;
  return {
    type: 'error',
    err: {
      message: `${code}: ${message}\n\nfix: ${fix}${also}`,
      stack: '',
      plugin: 'gati',
      ...(place === undefined ? {} : { id: place, loc: { file: place, line, column } }),
      ...(frame === undefined ? {} : { frame }),
    },
  };
}
