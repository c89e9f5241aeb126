import { isJsonMediaType } from '@gati/contract/internal';
import { expect, test } from 'vitest';
import { isJsonMediaType as isJsonOfClient } from '../../src/client/media-type.ts';

test.each([
  ['application/json', true],
  ['application/json;charset=utf-8', true],
  ['application/json ; charset=utf-8', true],
  ['application/problem+json', true],
  ['application/vnd.api+json; profile="a+b"', true],
  ['model/gltf+json', true],
  ['application/x-ndjson', false],
  ['application/json-seq', false],
  ['application/jsonpath', false],
  ['text/plain; note=json', false],
  ['text/plain; note=+json', false],
  ['text/html', false],
  ['', false],
])('the client and the server agree that "%s" is JSON: %s', (type, expected) => {
  expect({ client: isJsonOfClient(type), server: isJsonMediaType(type) }).toEqual({
    client: expected,
    server: expected,
  });
});
