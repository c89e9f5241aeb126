import { afterAll, beforeAll } from 'vitest';
import { EVERY_RESPONSE } from '../../src/app/response/headers.ts';

/** The header that {@link useTestHeader} adds. */
export const TEST_HEADER = 'x-on-every-response';

/** Adds a header to every response while the tests of a file run. */
export function useTestHeader(): void {
  beforeAll(() => void EVERY_RESPONSE.push(TEST_HEADER, 'yes'));
  afterAll(() => void EVERY_RESPONSE.splice(-2));
}

/** The values of the test header in the text of one or more raw responses. */
export function testHeaders(text: string): string[] {
  const line = new RegExp(`^${TEST_HEADER}: (.*?)\r$`, 'gim');
  return [...text.matchAll(line)].map(([, value]) => value as string);
}
