import { createServer } from 'node:http';
import { listen } from '@gati/test-kit/ports';
import { sendRaw } from '@gati/test-kit/sockets';
import { until } from '@gati/test-kit/wait';
import { expect, test } from 'vitest';
import { createApp, onlyRelease } from '../../../src/app/index.ts';
import { bundle, context } from '../../helpers/bundle.ts';

// Node 26 gives such a body out in the pieces that arrived, one a `read()`.
test('a body that arrived in pieces before the app read it is complete', async () => {
  const app = createApp({
    releases: () => onlyRelease(bundle({ 'POST /echo': { handler: (req) => req.body } })),
    context: (of) => context(of, []),
    mode: 'production',
    logger: context(bundle({}), []).logger,
  });
  const pieces = ['{"text":"', 'from ', 'pieces"', '}'];
  const length = pieces.join('').length;
  const server = createServer((req, res) => {
    void until('the whole body arrived', () => req.readableLength === length).then(() =>
      app.handleNodeRequest(req, res),
    );
  });
  const head = `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`;
  const response = await sendRaw(await listen(server), [head, ...pieces], { gap: 20 });
  expect(response).toContain('{"text":"from pieces"}');
});
