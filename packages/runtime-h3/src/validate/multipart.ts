import type { BusboyConstructor, BusboyFileStream } from '@fastify/busboy';
import type { LimitName, Limits } from '../types/limits.ts';
import { NullObject, isPrototypeName } from './prototype-safety.ts';

export class MultipartError extends Error {
  readonly reason: 'malformed' | 'prototype' | 'limit';
  /** Name of the exceeded limit. `fieldNameSize` is fixed, all others are options. */
  readonly limit: LimitName | 'fieldNameSize' | undefined;
  constructor(reason: 'malformed' | 'prototype' | 'limit', limit?: LimitName | 'fieldNameSize') {
    super(reason);
    this.reason = reason;
    this.limit = limit;
  }
}

type Form = Record<string, unknown>;

/**
 * Bytes between two checks of whether the form is rejected. Bounds the work after a limit was
 * exceeded.
 */
const SLICE = 8192;
/** Maximum bytes of a field's name. */
const MAX_NAME = 200;

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
    let rejected = false;
    const rejectForm = (error: unknown): void => {
      rejected = true;
      reject(error instanceof MultipartError ? error : new MultipartError('malformed'));
    };
    const add = (name: string, value: unknown): void => {
      if (name.length > MAX_NAME) return rejectForm(new MultipartError('limit', 'fieldNameSize'));
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
          headerPairs: 50,
          headerSize: 8192,
        },
      });
      parser.on('field', (name, value, _nameTruncated, valueTruncated) => {
        if (valueTruncated) rejectForm(new MultipartError('limit', 'fieldSize'));
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
      const feed = (from: number): void => {
        if (rejected) return;
        if (from >= bytes.length) parser.end();
        else parser.write(bytes.subarray(from, from + SLICE), () => feed(from + SLICE));
      };
      feed(0);
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
