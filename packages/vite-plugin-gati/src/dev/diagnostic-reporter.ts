import path from 'node:path';
import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { count } from '@gati/contract/internal';
import type { ErrorPayload, ViteDevServer } from 'vite';

/**
 * Milliseconds between a change of the errors and the overlay. Hides errors of a half-done change.
 */
const OVERLAY_DELAY = 10;

/**
 * The current diagnostics of the app. Each new one is logged once. The first error is shown in
 * Vite's overlay until the last error is gone.
 */
export interface DiagnosticReporter {
  /** Replaces the diagnostics of a source, for example `contract GET /users`. */
  set(source: string, diagnostics: Diagnostic[]): void;
  /** Removes the diagnostics of a source. */
  delete(source: string): void;
  readonly errors: Diagnostic[];
}

export function createDiagnosticReporter(server: ViteDevServer): DiagnosticReporter {
  const bySource = new Map<string, Diagnostic[]>();
  const { hot } = server.environments.client;
  const { logger, root } = server.config;
  /** Payload in the overlay, as JSON. */
  let shown: string | undefined;
  let isScheduled = false;

  /** Without duplicates: two sources may find the same error. */
  function errors(): Diagnostic[] {
    const found = [...bySource.values()].flat().filter(({ level }) => level === 'error');
    return [
      ...new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values(),
    ];
  }

  function overlayPayload(): ErrorPayload | undefined {
    const [first, ...rest] = errors();
    return first && toPayload(first, rest.length, root);
  }

  function updateOverlay(): void {
    isScheduled = false;
    const payload = overlayPayload();
    const text = payload && JSON.stringify(payload);
    if (text === shown) return;
    shown = text;
    // Relies on: Vite's client removes its overlay when it receives an update, even an empty one.
    hot.send(payload ?? { type: 'update', updates: [] });
  }

  function scheduleOverlay(): void {
    if (isScheduled) return;
    isScheduled = true;
    setTimeout(updateOverlay, OVERLAY_DELAY);
  }

  // A page that is opened later gets the current error.
  hot.on('connection', () => {
    const payload = overlayPayload();
    if (payload) hot.send(payload);
  });

  return {
    set(source, diagnostics) {
      const known = new Set(
        [...bySource.values()].flat().map((diagnostic) => JSON.stringify(diagnostic)),
      );
      if (diagnostics.length > 0) bySource.set(source, diagnostics);
      else bySource.delete(source);
      for (const diagnostic of diagnostics) {
        if (known.has(JSON.stringify(diagnostic))) continue;
        const text = formatDiagnostic(diagnostic, { frame: true });
        if (diagnostic.level === 'error') logger.error(text, { timestamp: true });
        else logger.warn(text, { timestamp: true });
      }
      scheduleOverlay();
    },
    delete(source) {
      if (bySource.delete(source)) scheduleOverlay();
    },
    get errors() {
      return errors();
    },
  };
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
