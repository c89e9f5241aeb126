import { STATUS_CODES } from 'node:http';
import { expect, test } from 'vitest';
import { toProblem } from '../../../src/app/response/problem.ts';

test.each(
  Object.keys(STATUS_CODES)
    .map(Number)
    .filter((status) => status >= 400 && status !== 509),
)('the problem of status %i has a title', (status) => {
  expect(toProblem(status, 'x').title).not.toMatch(/^(?:Client|Server) Error$/);
});

test('gives an unregistered status the title of its class', () => {
  expect(toProblem(499, 'x').title).toBe('Client Error');
  expect(toProblem(599, 'x').title).toBe('Server Error');
});
