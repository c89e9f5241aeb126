import { expect, test } from 'vitest';
import { EarlyLines } from '../../../src/server/supervisor/early-lines.ts';

const line = (level: string, msg: string): string => `${JSON.stringify({ level, msg })}\n`;

test('quiet lines wait until the server listens, warnings and errors do not', () => {
  const written: string[] = [];
  const lines = new EarlyLines((text) => void written.push(text));
  lines.write(line('info', 'GET /health'));
  lines.write(line('error', 'a module could not be started'));
  lines.write(line('debug', 'a detail'));
  expect(written).toEqual([line('error', 'a module could not be started')]);
  lines.release();
  expect(written.slice(1)).toEqual([line('info', 'GET /health'), line('debug', 'a detail')]);
  lines.write(line('info', 'later'));
  expect(written.at(-1)).toBe(line('info', 'later'));
});

test('a module that logs without end fills no memory before the server listens', () => {
  let written = 0;
  const lines = new EarlyLines(() => void written++);
  for (let count = 0; count < 5000; count++) lines.write(line('info', 'again'));
  expect(written).toBe(4000);
});
