import { type Diagnostic, formatDiagnostic, isGatiError } from '@gati/contract';
import { escapeControls, escapeOutput, redactUrls } from '@gati/contract/internal';
import { createStyle, type Style, styleFor } from '@gati/runtime-h3/command';

/** Output of a command: lines for people, a document or events for programs. */
export interface Reporter {
  readonly style: Style;
  /** Runs a step and reports its name, its result and its time. */
  step<T>(name: string, work: () => Promise<T>, describe?: (result: T) => string): Promise<T>;
  line(text: string): void;
  /** Reports a problem that does not stop the command. */
  warn(text: string): void;
  /** One event, for `--events`. */
  event(event: string, fields: Record<string, unknown>): void;
  /** The result of the command, for `--json`; its last event for `--events`. */
  document(value: unknown): void;
  diagnostic(diagnostic: Diagnostic): void;
}

export type ReportMode = 'text' | 'json' | 'events';

export function createReporter(mode: ReportMode): Reporter {
  const people = mode === 'text' ? process.stdout : process.stderr;
  const style = mode === 'text' ? styleFor(process.stdout) : createStyle(false);
  const printLine = (text: string): void => void people.write(`${escapeOutput(text)}\n`);
  const printJson = (value: unknown, indent?: number): void =>
    void process.stdout.write(`${escapeControls(JSON.stringify(value, undefined, indent))}\n`);
  const event = (name: string, fields: Record<string, unknown>): void => {
    if (mode === 'events') printJson({ time: new Date().toISOString(), event: name, ...fields });
  };
  return {
    style,
    event,
    line: printLine,
    warn(text) {
      printLine(`${style.yellow('warning')} ${text}`);
      event('warning', { text });
    },
    async step(name, work, describe = () => '') {
      const start = performance.now();
      const seconds = (): number => Math.round((performance.now() - start) / 100) / 10;
      event('step', { step: name, state: 'started' });
      try {
        const result = await work();
        const detail = describe(result);
        printLine(
          `${style.green('done')}  ${name.padEnd(12)} ${style.dim(`${seconds().toFixed(1).padStart(5)} s`)}  ${detail}`.trimEnd(),
        );
        event('step', { step: name, state: 'done', seconds: seconds(), detail });
        return result;
      } catch (error) {
        printLine(
          `${style.red('fail')}  ${name.padEnd(12)} ${style.dim(`${seconds().toFixed(1).padStart(5)} s`)}`,
        );
        event('step', { step: name, state: 'failed', seconds: seconds() });
        throw error;
      }
    },
    document(value) {
      if (mode === 'json') printJson(value, 2);
      if (mode === 'events') event('result', { result: value });
    },
    diagnostic(diagnostic) {
      const text = formatDiagnostic(diagnostic, { frame: true });
      process.stderr.write(`${escapeOutput(text)}\n`);
      event('diagnostic', { diagnostic });
    },
  };
}

/** Converts a thrown value to a diagnostic. */
export function toDiagnostic(error: unknown): Diagnostic {
  const { diagnostic, message = String(error) } = (error ?? {}) as {
    diagnostic?: Diagnostic;
    message?: string;
  };
  if (isGatiError(error) && diagnostic) return diagnostic;
  return {
    code: 'GATI_UNEXPECTED',
    level: 'error',
    message: redactUrls(message),
    fix: 'Run the command again; if the cause is not in your set-up, please report it.',
  };
}
