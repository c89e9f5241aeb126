import { expect, test } from 'vitest';
import { parseCloudAddress } from '../../../../src/effects/drivers/cloud/address.ts';
import {
  type Enveloped,
  ERROR_RESERVE,
  fromBody,
  toBody,
  toEnveloped,
  toQueueJob,
} from '../../../../src/effects/drivers/cloud/envelope.ts';
import { queueNameOf } from '../../../../src/effects/drivers/cloud/queue-names.ts';

const AZURE = { plain: /^[a-z0-9]+(?:-[a-z0-9]+)*$/, longest: 63 };
const SQS = { plain: /^[\w-]+$/, longest: 80 };

test('no two effects get the same queue name', () => {
  expect(queueNameOf('gati', 'mail', AZURE)).toBe('gati-mail');
  expect(queueNameOf('gati', 'capturePayment', SQS)).toBe('gati-capturePayment');
  expect(queueNameOf('gati', 'capturePayment', AZURE)).toMatch(
    /^gati-capture-payment-[0-9a-f]{8}$/,
  );
  const same = [
    'capturePayment',
    'CapturePayment',
    'capturepayment',
    'capture-payment',
    'capture.payment',
    'capture_payment',
  ];
  expect(new Set(same.map((effect) => queueNameOf('gati', effect, AZURE))).size).toBe(same.length);
  for (const effect of ['x'.repeat(200), 'ünïcode', '…', 'a/b', '-', 'a--b']) {
    const name = queueNameOf('gati', effect, AZURE);
    expect(name.length).toBeLessThanOrEqual(63);
    expect(name).toMatch(AZURE.plain);
  }
  // No effect gets the queue of dead letters.
  expect(queueNameOf('gati', 'dead', SQS)).toMatch(/^gati-dead-[0-9a-f]{8}$/);
});

test('an address is parsed, and the error for an invalid one does not contain its secrets', () => {
  const rule = { example: 'sqs://eu-west-1/gati', place: /^[a-z0-9-]*$/, parameters: ['state'] };
  expect(parseCloudAddress('sqs://eu-west-1/shop', rule)).toMatchObject({
    place: 'eu-west-1',
    prefix: 'shop',
  });
  expect(parseCloudAddress('sqs://eu-west-1', rule)).toMatchObject({
    place: 'eu-west-1',
    prefix: 'gati',
  });
  for (const bare of ['sqs:', 'sqs://', 'sqs:///'])
    expect(parseCloudAddress(bare, rule)).toMatchObject({ place: '', prefix: 'gati' });
  expect(parseCloudAddress('sqs:///shop?state=s3://bucket/x', rule).parameters.get('state')).toBe(
    's3://bucket/x',
  );
  for (const wrong of [
    'sqs://user:secret@host/gati',
    'sqs://eu/Gati',
    'sqs://eu/a/b',
    'sqs://eu/gati?password=secret',
    'sqs://eu/gati#secret',
  ]) {
    const read = (): unknown => parseCloudAddress(wrong, rule);
    expect(read, wrong).toThrow(expect.objectContaining({ code: 'GATI_EFFECTS' }));
  }
  expect(() => parseCloudAddress('sqs://eu/gati?password=hunter2', rule)).not.toThrow(/hunter2/);
});

test('a message contains the job, its payload byte by byte, and a truncated dead-letter reason', () => {
  const job: Enveloped = {
    id: '1',
    effect: 'mail',
    payload: '{"a":"ü\\n  x"}',
    priority: 2,
    release: '1.0.0',
    enqueuedAt: 5,
    steps: { a: '[1]' },
  };
  expect(fromBody(toBody(job))).toEqual(job);
  expect(toQueueJob(fromBody(toBody({ ...job, tries: 2, due: 9 }))!, 3)).toEqual({
    ...job,
    attempt: 3,
  });
  const dead = toBody(toEnveloped({ ...job, attempt: 3 }, '\u0000ü'.repeat(5000)));
  expect(Buffer.byteLength(dead) - Buffer.byteLength(toBody(job))).toBeLessThan(ERROR_RESERVE);
  expect(fromBody(dead)).toMatchObject({ tries: 3, payload: job.payload });
  // XML has no such characters; JSON may escape them.
  expect(JSON.parse(fromBody(toBody({ ...job, payload: '"\uFFFE\uFFFF"' }))!.payload)).toBe(
    '\uFFFE\uFFFF',
  );
  for (const strange of ['', 'hello', '{}', '{"v":2}\n{}', 'x\ny'])
    expect(fromBody(strange)).toBeUndefined();
});

test('a message whose job is damaged is not taken for a job', () => {
  const job = {
    v: 1,
    id: 'a',
    effect: 'mail',
    priority: 0,
    release: '1.0.0',
    enqueuedAt: 1,
  };
  const bodyOf = (head: unknown): string => `${JSON.stringify(head)}\n{}`;
  expect(fromBody(bodyOf(job))).toMatchObject({ id: 'a', payload: '{}' });
  for (const wrong of [
    null,
    [],
    'text',
    { ...job, v: 2 },
    { ...job, id: 1 },
    { ...job, effect: null },
    { ...job, priority: '0' },
    { ...job, enqueuedAt: undefined },
    { ...job, tries: -1 },
    { ...job, due: 'soon' },
    { ...job, steps: ['a'] },
    { ...job, steps: { a: 1 } },
  ])
    expect(fromBody(bodyOf(wrong)), JSON.stringify(wrong)).toBeUndefined();
  expect(fromBody(`${'['.repeat(100_000)}\n{}`)).toBeUndefined();
});
