import { createRedactor } from '../../config/redact-secrets.ts';
import { createJsonLogger } from '../../telemetry/log/logger.ts';
import type { Logger } from '../../types/context.ts';
import { LOG_LEVELS } from '../../types/log-level.ts';
import type { TelemetryLink } from '../channel/telemetry-link.ts';
import type { LiveSettings } from './live-settings.ts';

export interface WorkerLog {
  logger: Logger;
  /**
   * Writes the lines of the access log, with secrets hidden. Stdout gets them if requests are
   * logged, the collector in any case.
   */
  writeRequests(lines: string): void;
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
 * @param settings read at each line
 * @param link gets the same lines
 */
export function createWorkerLog(
  settings: Pick<LiveSettings, 'logLevel' | 'logsRequests'>,
  link?: TelemetryLink,
): WorkerLog {
  const secrets: string[] = [];
  let redact = createRedactor(secrets);
  const write = (lines: string): void => {
    const redacted = redact(lines);
    process.stdout.write(redacted);
    link?.write(redacted);
  };
  const writeIf = (isLogged: boolean, lines: string): void => {
    if (isLogged) write(lines);
    else link?.write(redact(lines));
  };
  const hasInfo = (): boolean =>
    LOG_LEVELS.indexOf('info') >= LOG_LEVELS.indexOf(settings.logLevel);
  return {
    logger: createJsonLogger({ level: () => settings.logLevel, write }),
    writeRequests: (lines) => writeIf(settings.logsRequests, lines),
    writeInfo: (lines) => writeIf(hasInfo(), lines),
    redact: (text) => redact(text),
    hide(more) {
      secrets.push(...more);
      redact = createRedactor(secrets);
    },
  };
}
