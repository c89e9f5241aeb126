import { createRedactor } from '../../config/redact-secrets.ts';
import { createJsonLogger, type LogLevel } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import { LOG_LEVELS } from '../../types/log-level.ts';
import type { TelemetryLink } from '../channel/telemetry-link.ts';

export interface WorkerLog {
  logger: Logger;
  /** Writes complete lines, such as those of the access log, with secrets hidden. */
  write(lines: string): void;
  /**
   * Writes lines of the level `info`, such as those of runs and modules. Stdout gets them if the
   * level of the log has them, the collector in any case.
   */
  writeInfo(lines: string): void;
  /** Replaces secrets in text. */
  redact(text: string): string;
  /** Hides these values in all lines from now on. */
  hide(secrets: string[]): void;
}

/**
 * Creates the log of a worker: JSON lines on stdout, without the secrets of any release.
 *
 * @param link gets the same lines
 */
export function createWorkerLog(level: LogLevel, link?: TelemetryLink): WorkerLog {
  const secrets: string[] = [];
  let redact = createRedactor(secrets);
  const write = (lines: string): void => {
    const redacted = redact(lines);
    process.stdout.write(redacted);
    link?.write(redacted);
  };
  const hasInfo = LOG_LEVELS.indexOf('info') >= LOG_LEVELS.indexOf(level);
  return {
    logger: createJsonLogger({ level, write }),
    write,
    writeInfo: hasInfo ? write : (lines) => link?.write(redact(lines)),
    redact: (text) => redact(text),
    hide(more) {
      secrets.push(...more);
      redact = createRedactor(secrets);
    },
  };
}
