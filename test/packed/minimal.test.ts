import { describe, expect } from 'vitest';
import { call } from '@gati/test-kit/servers';
import { live } from './lifecycle.ts';

describe('minimal', () => {
  live({
    template: 'minimal',
    async works(url) {
      expect(await call(`${url}/hello/Ada`)).toMatchObject({
        status: 200,
        body: { message: 'Hello, Ada!' },
      });
      expect(await call(`${url}/nowhere`)).toMatchObject({ status: 404 });
    },
    edit: {
      file: 'src/handlers/hello.ts',
      from: 'Hello,',
      to: 'Good day,',
      ask: (url) => call(`${url}/hello/Ada`),
      expect: { message: 'Good day, Ada!' },
    },
  });
});
