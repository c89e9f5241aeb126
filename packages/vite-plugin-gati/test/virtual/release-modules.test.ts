import { copyApp } from '@gati/test-kit/apps';
import { expect, test } from 'vitest';
import { createStandaloneInput } from '../../src/virtual/standalone.ts';
import { releaseModule } from '../../src/virtual/modules/release.ts';

test('a release of sources names the folder of its modules, and that of a build names none', async () => {
  const root = copyApp('playground/polyglot');
  const input = createStandaloneInput({
    root,
    modules: { scorer: 'exec:./modules/scorer/main.py' },
  });
  const forTests = await releaseModule({ ...input, development: () => true });
  expect(forTests).toContain(`place: {"root":${JSON.stringify(root)},"programs":`);
  const forBuild = await releaseModule(input);
  expect(forBuild).toContain('"source":"exec:./modules/scorer/main.py"');
  expect(forBuild).not.toContain('place:');
  await input.end?.();
});
