import path from 'node:path';
import { type Diagnostic, formatDiagnostic } from '@gati/contract';
import { count } from '@gati/contract/internal';
import type { ErrorPayload, ViteDevServer } from 'vite';

/** What is wrong with the app right now: each new problem is logged once, errors show in the overlay until the last is gone. */
export interface DiagnosticReporter {
  /** Replaces what this source had to say; nothing is wrong with an empty list. */
  set(source: string, diagnostics: Diagnostic[]): void;
  delete(source: string): void;
  readonly errors: Diagnostic[];
}

export function createDiagnosticReporter(server: ViteDevServer): DiagnosticReporter {
  const bySource = new Map<string, Diagnostic[]>();
  const { hot } = server.environments.client;
  const { logger, root } = server.config;
  let shown: string | undefined;
  let planned = false;

  /** Two sources may find the same. */
  function errors(): Diagnostic[] {
    const found = [...bySource.values()].flat().filter(({ level }) => level === 'error');
    return [
      ...new Map(found.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic])).values(),
    ];
  }

  function show(): void {
    planned = false;
    const [first, ...rest] = errors();
    const payload = first && toPayload(first, rest.length, root);
    const text = payload && JSON.stringify(payload);
    if (text === shown) return;
    shown = text;
    // An update without changes takes the overlay away.
    hot.send(payload ?? { type: 'update', updates: [] });
  }

  function plan(): void {
    if (planned) return;
    planned = true;
    // Edits come in groups: what the next step of the same change corrects is never shown.
    setTimeout(show, 10);
  }

  // A page that is opened later has not heard of it.
  hot.on('connection', () => {
    const [first, ...rest] = errors();
    if (first) hot.send(toPayload(first, rest.length, root));
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
      plan();
    },
    delete(source) {
      if (bySource.delete(source)) plan();
    },
    get errors() {
      return errors();
    },
  };
}

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
