import { expect, test } from 'vitest';
import {
  isListed,
  isLive,
  isOver,
  isRunnable,
  type ReleaseStatus,
} from '../../src/versions/status.ts';

test.each<[ReleaseStatus, { live: boolean; runnable: boolean; listed: boolean; over: boolean }]>([
  ['staged', { live: false, runnable: false, listed: false, over: false }],
  ['live', { live: true, runnable: true, listed: true, over: false }],
  ['deprecated', { live: true, runnable: true, listed: true, over: false }],
  ['withdrawn', { live: false, runnable: true, listed: false, over: true }],
  ['retired', { live: false, runnable: false, listed: true, over: true }],
])('a release with the status %s has these properties: %j', (status, expected) => {
  expect({
    live: isLive(status),
    runnable: isRunnable(status),
    listed: isListed(status),
    over: isOver(status),
  }).toEqual(expected);
});
