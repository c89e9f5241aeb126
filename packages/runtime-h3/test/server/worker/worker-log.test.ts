import { expect, test, vi } from 'vitest';
import type { LogLevel } from '../../../src/types/log-level.ts';
import { createWorkerLog } from '../../../src/server/worker/worker-log.ts';

test.each([
  ['info', true],
  ['warn', false],
] as const)('with the level %s, stdout has lines of runs: %s', (level, isPrinted) => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const sent: string[] = [];
  const log = createWorkerLog(
    { logLevel: level, logsRequests: true },
    { write: (lines) => sent.push(lines), receiveTraps: () => {}, close: async () => {} },
  );
  log.hide(['canary-secret']);
  log.writeInfo('{"msg":"run","job":"canary-secret"}\n');
  const printed = stdout.mock.calls.length;
  stdout.mockRestore();
  expect(printed).toBe(isPrinted ? 1 : 0);
  expect(sent).toEqual(['{"msg":"run","job":"[redacted]"}\n']);
});

test('without the log of requests, only the collector gets their lines', () => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const sent: string[] = [];
  const settings = { logLevel: 'info' as LogLevel, logsRequests: false };
  const log = createWorkerLog(settings, {
    write: (lines) => sent.push(lines),
    receiveTraps: () => {},
    close: async () => {},
  });
  log.writeRequests('hidden\n');
  settings.logsRequests = true;
  log.writeRequests('shown\n');
  log.logger.debug('hidden');
  settings.logLevel = 'debug';
  log.logger.debug('shown');
  const printed = stdout.mock.calls.map(([line]) => String(line));
  stdout.mockRestore();
  expect(printed).toEqual(['shown\n', expect.stringContaining('"msg":"shown"')]);
  expect(sent).toHaveLength(3);
});
