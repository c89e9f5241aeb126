import { describe, expect, test } from 'vitest';
import { toAppFrames } from '../../../src/telemetry/log/app-frames.ts';

const APP = '    at handler (/app/src/handlers/bad.ts:2:9)';
const PACKAGE = '    at parse (/app/node_modules/some-package/index.js:1:1)';
const FRAMEWORK = [
  '    at run (file:///app/node_modules/@gati/runtime-h3/dist/pipeline.mjs:10:3)',
  '    at load (file:///app/node_modules/.pnpm/vite@8.3.0/node_modules/vite/dist/node/chunks/node.js:5:1)',
  '    at DevRoute.load (/linked/packages/vite-plugin-gati/dist/src.mjs:7:1)',
  '    at load (C:\\app\\node_modules\\vite\\dist\\node\\module-runner.js:5:1)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)',
];
const stack = (...lines: string[]): string => ['Error: bad luck', ...lines].join('\n');

describe('the stack of an error in development', () => {
  test.each(FRAMEWORK)('has no frame like "%s"', (frame) => {
    expect(toAppFrames(stack(APP, frame))).toBe(stack(APP, '    … 1 frame of the framework'));
  });

  test('keeps the frames of the app and of its packages, and counts the others after them', () => {
    const mixed = stack(PACKAGE, FRAMEWORK[0]!, APP, ...FRAMEWORK.slice(1));
    expect(toAppFrames(mixed)).toBe(stack(PACKAGE, APP, '    … 5 frames of the framework'));
  });

  test('stays whole if all of it is of the framework, or has no frames', () => {
    for (const whole of [stack(...FRAMEWORK), stack(), stack(APP)])
      expect(toAppFrames(whole)).toBe(whole);
  });

  test('keeps the lines of a message and the stack of a cause', () => {
    const caused = `${stack(APP, FRAMEWORK[0]!)}\nCaused by: Error: x\n${APP}`;
    expect(toAppFrames(caused)).toContain('Caused by: Error: x');
  });
});
