import { expect, test } from 'vitest';
import { toDocumentFacts } from '../../src/emit/document-facts.ts';

const none = { base: '', openapi: {} };

test.each([
  ['Ada', { name: 'Ada' }],
  ['Ada <ada@example.com>', { name: 'Ada', email: 'ada@example.com' }],
  [
    'Ada <ada@example.com> (https://example.com)',
    { name: 'Ada', email: 'ada@example.com', url: 'https://example.com' },
  ],
  ['<ada@example.com>', { email: 'ada@example.com' }],
  [
    { name: 'Ada', url: 'https://example.com' },
    { name: 'Ada', url: 'https://example.com' },
  ],
  ['', undefined],
  [7, undefined],
])('the author %j of package.json is the contact %j', (author, contact) => {
  expect(toDocumentFacts({ author }, none).contact).toEqual(contact);
});

test.each(['UNLICENSED', 'SEE LICENSE IN terms.txt', '', 7])(
  'the licence %j of package.json is no SPDX expression',
  (license) => {
    expect(toDocumentFacts({ license }, none)).not.toHaveProperty('license');
  },
);

test('options replace the facts of package.json', () => {
  const fields = { description: 'Of the package.', license: '(MIT OR 0BSD)', author: 'Ada' };
  expect(
    toDocumentFacts(fields, { base: '/api', openapi: { description: 'Of the API.' } }),
  ).toEqual({
    base: '/api',
    description: 'Of the API.',
    contact: { name: 'Ada' },
    license: { name: '(MIT OR 0BSD)', identifier: '(MIT OR 0BSD)' },
  });
});
