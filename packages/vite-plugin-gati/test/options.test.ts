import { expect, test } from 'vitest';
import { resolveOptions } from '../src/options.ts';
import { printServer } from '../src/virtual/modules/server.ts';

test('builds each named cloud queue into the server once', () => {
  const print = (effects: ('sqs' | 'pubsub')[], hasEffects = true): string =>
    printServer(resolveOptions({ effects }), {
      client: undefined,
      hasEffects,
      hasPanel: false,
      name: 'shop',
    });
  expect(print([])).not.toMatch(/effects\/(sqs|pubsub|azurequeue)/);
  const code = print(['sqs', 'sqs', 'pubsub']);
  expect(code.match(/effects\/sqs/g)).toHaveLength(1);
  expect(code).toMatch(/pubsub: \(\) => import\(.*effects\/pubsub/);
  // An app without effects has no queue.
  expect(print(['sqs'], false)).not.toContain('effects/sqs');
});

test('throws GATI_OPTION_INVALID for an unknown cloud queue', () => {
  const effects = ['kafka'] as unknown as ['sqs'];
  expect(() => resolveOptions({ effects })).toThrow(
    expect.objectContaining({ code: 'GATI_OPTION_INVALID' }),
  );
  expect(() => resolveOptions({ effects })).toThrow(/'kafka'.*\n?.*'sqs', 'pubsub', 'azurequeue'/s);
});

test('prints what a server must not expose, and rejects names that it does not know', () => {
  const print = (expose: object): string =>
    printServer(resolveOptions({ expose }), {
      client: undefined,
      hasEffects: false,
      hasPanel: false,
      name: 'shop',
    });
  expect(print({ metrics: false })).toContain('expose: {"metrics":false}');
  expect(print({ metrics: true })).not.toContain('expose');
  for (const expose of [{ metric: false }, { openapi: 'no' }])
    expect(() => print(expose)).toThrow(expect.objectContaining({ code: 'GATI_OPTION_INVALID' }));
});

test('rejects facts of the OpenAPI document and names of packages that it does not know', () => {
  for (const options of [{ openapi: { titel: 'Shop' } }, { sdk: { name: 'My Shop' } }])
    expect(() => resolveOptions(options as object)).toThrow(
      expect.objectContaining({ code: 'GATI_OPTION_INVALID' }),
    );
  expect(resolveOptions({ sdk: { name: '@acme/shop-client' } }).sdk.name).toBe('@acme/shop-client');
});

test('prints which responses the server compresses, unless it is all', () => {
  const print = (compression?: boolean | 'anonymous'): string =>
    printServer(resolveOptions({ ...(compression !== undefined && { compression }) }), {
      client: undefined,
      hasEffects: false,
      hasPanel: false,
      name: 'shop',
    });
  expect(print()).not.toContain('compression');
  expect(print(false)).toContain('compression: false');
  expect(print('anonymous')).toContain('compression: "anonymous"');
  expect(() => print('none' as 'anonymous')).toThrow(
    expect.objectContaining({ code: 'GATI_OPTION_INVALID' }),
  );
});

test('throws GATI_OPTION_INVALID for a limit that it does not know, and names the known ones', () => {
  for (const limits of [{ sendQueu: 1 }, { toString: 1 }, { body: 0 }, { body: 1.5 }])
    expect(() => resolveOptions({ limits: limits as object })).toThrow(
      expect.objectContaining({ code: 'GATI_OPTION_INVALID' }),
    );
  expect(() => resolveOptions({ limits: { sendQueu: 1 } as object })).toThrow(/sendQueue/);
});

test('rejects a `requestLog` that is neither true nor false', () => {
  expect(resolveOptions().requestLog).toBe(true);
  expect(() => resolveOptions({ requestLog: 'off' as never })).toThrow(
    expect.objectContaining({ code: 'GATI_OPTION_INVALID' }),
  );
});

test.each(['/_control', '/_control/app', '/%5Fcontrol/'])(
  'throws GATI_OPTION_INVALID for the base %s, which is the path of the panel',
  (base) => {
    expect(() => resolveOptions({ base })).toThrow(/path of the panel/);
    expect(resolveOptions({ base: '/_controls' }).base).toBe('/_controls');
  },
);
