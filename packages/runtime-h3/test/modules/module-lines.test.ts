import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ModuleFile } from '../../src/types/modules.ts';
import { bundle } from '../helpers/bundle.ts';
import { type Observed, observe } from '../helpers/observed.ts';

let server: Observed;
beforeAll(async () => {
  const release = bundle({});
  release.modules = {
    mail: () => ({ default: { setup: () => ({}) } }) as ModuleFile,
    texts: () => ({ hello: () => 'hello' }) as unknown as ModuleFile,
  };
  server = await observe(release);
});
afterAll(() => server.close());

test('each module leaves a line in the log when it is set up', () => {
  const lines = server.lines.filter(({ msg }) => msg === 'module');
  expect(lines.map(({ module, version }) => [module, version]).toSorted()).toEqual([
    ['mail', '1.2.3'],
    ['texts', '1.2.3'],
  ]);
  for (const { us, time, level } of lines)
    expect([typeof us, typeof time, level]).toEqual(['number', 'number', 'info']);
});
