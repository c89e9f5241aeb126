import { expect, test } from 'vitest';
import { Backlog } from '../../../src/server/channel/backlog.ts';

test('Backlog limits unread messages and reports the first loss until the process has caught up', () => {
  const backlog = new Backlog(64 * 2 ** 20);
  const unread: (() => void)[] = [];
  const publish = (length: number): string =>
    backlog.send({ gati: 'publish', topic: '', data: 'x'.repeat(length) }, (written) =>
      unread.push(written),
    );
  const most = 16 * 2 ** 20;
  expect(publish(most + 1)).toBe('large');
  expect([1, 2, 3, 4].map(() => publish(most))).toEqual(['sent', 'sent', 'sent', 'sent']);
  expect([publish(1), publish(1)]).toEqual(['lost', 'behind']);
  unread.shift()!();
  expect([publish(most), publish(1)]).toEqual(['sent', 'behind']);
  for (const written of unread.splice(0)) written();
  expect([1, 2, 3, 4, 5].map(() => publish(most))).toEqual([
    'sent',
    'sent',
    'sent',
    'sent',
    'lost',
  ]);
});
