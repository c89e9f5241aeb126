import { expect, test, vi } from 'vitest';
import { createWorkerLog } from '../../../src/server/worker/worker-log.ts';

test.each([
  ['info', true],
  ['warn', false],
] as const)('with the level %s, stdout has lines of runs: %s', (level, isPrinted) => {
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const sent: string[] = [];
  const log = createWorkerLog(level, {
    write: (lines) => sent.push(lines),
    receiveTraps: () => {},
    close: async () => {},
  });
  log.hide(['canary-secret']);
  log.writeInfo('{"msg":"run","job":"canary-secret"}\n');
  const printed = stdout.mock.calls.length;
  stdout.mockRestore();
  expect(printed).toBe(isPrinted ? 1 : 0);
  expect(sent).toEqual(['{"msg":"run","job":"[redacted]"}\n']);
});
