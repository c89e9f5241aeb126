import { MultipartError, parseMultipart } from '../../validate/multipart.ts';
import type { Limits } from '../../types/limits.ts';
import { limitError, RequestError } from './request-error.ts';

/**
 * Parses a body of `multipart/form-data`.
 *
 * @throws {RequestError} 413 above a limit, 400 when the form is malformed or has a forbidden name
 */
export async function parseMultipartForm(
  bytes: Uint8Array,
  contentType: string,
  limits: Limits,
): Promise<unknown> {
  try {
    return await parseMultipart(bytes, contentType, limits);
  } catch (error) {
    if (!(error instanceof MultipartError)) throw error;
    if (error.reason === 'limit') {
      const { limit } = error;
      const found = new RequestError(413, 'content_too_large', {
        detail: `The form exceeds the limit ${limit}.`,
        limit,
      });
      throw limit === undefined || limit === 'fieldNameSize' ? found : limitError(limit, found);
    }
    if (error.reason === 'prototype')
      throw new RequestError(400, 'forbidden_key', {
        detail: 'The form has a name that is not allowed.',
      });
    throw new RequestError(400, 'malformed_form', {
      detail: 'The body does not match its content type.',
    });
  }
}
