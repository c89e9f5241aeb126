import { describe, expect, test } from 'vitest';
import { runOrThrow } from '@gati/test-kit/processes';
import { call } from '@gati/test-kit/servers';
import { live } from './lifecycle.ts';

describe('vue', () => {
  const words = (url: string, text: string): ReturnType<typeof call> =>
    call(`${url}/api/words`, { method: 'POST', body: { text } });
  const app = live({
    template: 'vue',
    async works(url) {
      expect(await words(url, 'a longer text')).toMatchObject({
        status: 200,
        body: { words: 3, longest: 'longer' },
      });
      expect(await words(url, '')).toMatchObject({ status: 422 });
      expect(
        await call(`${url}/api/nowhere`, { headers: { accept: 'application/json' } }),
      ).toMatchObject({ status: 404 });
      for (const path of ['/', '/any/page']) {
        const page = await call(`${url}${path}`, {
          headers: { accept: 'text/html', 'sec-fetch-dest': 'document' },
        });
        expect(page).toMatchObject({
          status: 200,
          body: expect.stringContaining('<div id="app">'),
        });
      }
    },
    edit: {
      file: 'src/handlers/words.ts',
      from: 'There are no words in this text.',
      to: 'Nothing to count.',
      ask: (url) => words(url, ''),
      expect: { error: 'Nothing to count.' },
    },
  });

  test('vue-tsc reads the components', async () => {
    await runOrThrow('npx', ['vue-tsc', '--noEmit'], { cwd: app.folder, env: app.env });
  });
});
