import { describe, expect, test } from 'vitest';
import { runOrThrow } from '@gati/test-kit/processes';
import { call } from '@gati/test-kit/servers';
import { describeLifecycle } from './helpers/describe-lifecycle.ts';

describe('an app from the template vue', () => {
  const countWords = (origin: string, text: string): ReturnType<typeof call> =>
    call(`${origin}/api/words`, { method: 'POST', body: { text } });

  const app = describeLifecycle({
    template: 'vue',
    async expectToWork(origin) {
      expect(await countWords(origin, 'a longer text')).toMatchObject({
        status: 200,
        body: { words: 3, longest: 'longer' },
      });
      expect(await countWords(origin, '')).toMatchObject({ status: 422 });
      expect(
        await call(`${origin}/api/nowhere`, { headers: { accept: 'application/json' } }),
      ).toMatchObject({ status: 404 });
      for (const path of ['/', '/any/page']) {
        const page = await call(`${origin}${path}`, {
          headers: { accept: 'text/html', 'sec-fetch-dest': 'document' },
        });
        expect(page, path).toMatchObject({
          status: 200,
          body: expect.stringContaining('<div id="app">'),
        });
      }
    },
    edit: {
      file: 'src/handlers/words.ts',
      from: 'There are no words in this text.',
      to: 'Nothing to count.',
      call: (origin) => countWords(origin, ''),
      expected: { error: 'Nothing to count.' },
    },
  });

  test('vue-tsc passes on its components', async () => {
    await runOrThrow('npx', ['vue-tsc', '--noEmit'], { cwd: app.folder, env: app.env });
  });
});
