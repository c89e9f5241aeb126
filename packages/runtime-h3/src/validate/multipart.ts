import type { BusboyConstructor, BusboyFileStream } from '@fastify/busboy';
import type { Limits } from '../types/limits.ts';
import { NullObject, isPrototypeName } from './prototype-safety.ts';

export class MultipartError extends Error {
  readonly reason: 'malformed' | 'prototype' | 'limit';
  /** Name of the exceeded limit. */
  readonly limit: string | undefined;
  constructor(reason: 'malformed' | 'prototype' | 'limit', limit?: string) {
    super(reason);
    this.reason = reason;
    this.limit = limit;
  }
}

type Form = Record<string, unknown>;

let loading: Promise<BusboyConstructor> | undefined;

/**
 * Parses `multipart/form-data` (RFC 7578). Files are `File`; a repeated name gives an array.
 *
 * @throws {MultipartError} when the form is malformed, above a limit, or has a forbidden name
 */
export async function parseMultipart(
  bytes: Uint8Array,
  contentType: string,
  limits: Limits,
): Promise<Form> {
  // Only apps with uploads load the parser.
  loading ??= import('@fastify/busboy').then((module) => module.Busboy ?? module.default);
  const Busboy = await loading;
  return new Promise((resolve, reject) => {
    const form: Form = new NullObject();
    const rejectForm = (error: unknown): void =>
      reject(error instanceof MultipartError ? error : new MultipartError('malformed'));
    const add = (name: string, value: unknown): void => {
      if (isPrototypeName(name)) return rejectForm(new MultipartError('prototype'));
      const before = form[name];
      if (before === undefined) form[name] = value;
      else if (Array.isArray(before)) before.push(value);
      else form[name] = [before, value];
    };
    try {
      const { fileSize, files, fieldSize, fields, parts } = limits;
      const parser = new Busboy({
        headers: { 'content-type': contentType },
        limits: {
          fileSize,
          files,
          fieldSize,
          fields,
          parts,
          fieldNameSize: 200,
          headerPairs: 50,
          headerSize: 8192,
        },
      });
      parser.on('field', (name, value, nameTruncated, valueTruncated) => {
        if (nameTruncated || valueTruncated)
          rejectForm(new MultipartError('limit', nameTruncated ? 'fieldNameSize' : 'fieldSize'));
        else if (name === undefined) rejectForm(undefined);
        else add(name, value);
      });
      parser.on('file', (name, stream, filename, _encoding, type) => {
        collect(
          stream,
          (chunks) => add(name, new File(chunks, filename ?? '', { type })),
          rejectForm,
        );
      });
      for (const limit of ['files', 'fields', 'parts'] as const)
        parser.on(`${limit}Limit`, () => rejectForm(new MultipartError('limit', limit)));
      parser.on('error', rejectForm);
      parser.on('finish', () => resolve(form));
      parser.end(bytes);
    } catch (error) {
      rejectForm(error);
    }
  });
}

function collect(
  stream: BusboyFileStream,
  done: (chunks: Uint8Array[]) => void,
  fail: (error: unknown) => void,
): void {
  const chunks: Uint8Array[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  stream.on('limit', () => fail(new MultipartError('limit', 'fileSize')));
  stream.on('error', fail);
  stream.on('end', () => done(chunks));
}
