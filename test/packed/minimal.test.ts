import { describe, expect } from 'vitest';
import { call } from '@gati/test-kit/servers';
import { describeLifecycle } from './helpers/describe-lifecycle.ts';

describe('an app from the template minimal', () => {
  describeLifecycle({
    template: 'minimal',
    async expectToWork(origin) {
      expect(await call(`${origin}/hello/Ada`)).toMatchObject({
        status: 200,
        body: { message: 'Hello, Ada!' },
      });
      expect(await call(`${origin}/nowhere`)).toMatchObject({ status: 404 });
    },
    edit: {
      file: 'src/handlers/hello.ts',
      from: 'Hello,',
      to: 'Good day,',
      call: (origin) => call(`${origin}/hello/Ada`),
      expected: { message: 'Good day, Ada!' },
    },
  });
});
