import { describe, expect } from 'vitest';
import { call } from '@gati/test-kit/servers';
import { describeLifecycle } from './helpers/describe-lifecycle.ts';
import { callCapture, CAPTURE_FILE, expectCaptures } from './payments/capture.ts';
import { describeCommands } from './payments/describe-commands.ts';
import { describeHandlerForms } from './payments/describe-handler-forms.ts';
import { describeReleases } from './payments/describe-releases.ts';
import { describeSdk } from './payments/describe-sdk.ts';

describe('an app from the template payments', () => {
  const app = describeLifecycle({
    template: 'payments',
    async expectToWork(origin) {
      await expectCaptures(origin);
      const rejected = await callCapture(origin, 'five');
      expect(rejected).toMatchObject({
        status: 400,
        body: { errors: [{ in: 'body', path: '/amount' }] },
      });
      expect(rejected.headers.get('content-type')).toContain('application/problem+json');
      const events = await call(`${origin}/payments/p1/events`);
      expect(events.headers.get('content-type')).toContain('text/event-stream');
      expect(events.body).toContain('data: {"id":"p1","state":"captured"}');
    },
    edit: {
      file: CAPTURE_FILE,
      from: "error: 'ReservationFailed'",
      to: "error: 'NoFunds'",
      call: (origin) => callCapture(origin, 1_000_000),
      expected: { error: 'NoFunds' },
    },
  });

  describeHandlerForms(app);
  describeCommands(app);
  describeSdk(app);
  describeReleases(app);
});
