import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { expect, test } from 'vitest';
import { createTelemetrySocket } from '../../../src/server/supervisor/telemetry-socket.ts';

/** No folder can be created in a file. */
const READ_ONLY = import.meta.filename;

test('the sockets are created in the first folder that can be written to', () => {
  const folder = temporaryFolder('sockets');
  const socket = createTelemetrySocket([READ_ONLY, folder]);
  expect(dirname(dirname(socket.path))).toBe(folder);
  socket.remove();
  expect(existsSync(dirname(socket.path))).toBe(false);
});

test('a system without a folder for temporary files gives the error of the first one', () => {
  expect(() => createTelemetrySocket([READ_ONLY, '/dev/null'])).toThrow(READ_ONLY);
});
