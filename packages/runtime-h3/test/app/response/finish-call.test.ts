import { afterEach, expect, test, vi } from 'vitest';
import { bundle } from '../../helpers/bundle.ts';
import { overWeb } from '../../helpers/target.ts';

afterEach(() => vi.restoreAllMocks());

test('records the duration of an event stream that lived 37 minutes as positive microseconds', async () => {
  const target = await overWeb(
    bundle({
      'GET /events': {
        handler: async function* () {
          yield 1;
          const now = performance.now.bind(performance);
          vi.spyOn(performance, 'now').mockImplementation(() => now() + 2_220_000);
        },
      },
    }),
  );
  await (await target.call('/events')).text();
  const [span] = target.app.spans();
  expect(span!.us).toBeGreaterThanOrEqual(2_220_000_000);
  expect(span!.us % 1).toBe(0);
  await target.close();
});
