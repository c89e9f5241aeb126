/**
 * Writes messages of Protocol Buffers from plain objects, by a table of their fields. The objects are
 * those of OTLP's JSON form, so one object serves both encodings.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */

/** Types of fields that OTLP uses. `hex` is `bytes`, which OTLP's JSON form writes in hexadecimal. */
export type FieldType =
  | 'string'
  | 'hex'
  | 'bool'
  | 'double'
  | 'uint32'
  | 'int64'
  | 'fixed64'
  | 'packedFixed64'
  | 'packedDouble'
  | MessageType;

/** Fields by the name of the JSON form: number and type. Arrays are repeated fields. */
export interface MessageType {
  readonly [name: string]: readonly [number: number, type: FieldType] | undefined;
}

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

/** Bytes of the buffer at the start. It grows. */
const FIRST_SIZE = 64 * 1024;
/** Maximum number of characters of a string whose length always fits one byte. */
const SHORT = 42;

/** Encodes one message. Members that are not in the table, and `undefined`, are left out. */
export function encodeMessage(type: MessageType, message: object): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.message(type, message as Record<string, unknown>);
  return writer.bytes();
}

/**
 * Writes into one buffer. A record has about 40 nested messages: with a buffer for each, encoding cost
 * 20 µs.
 */
class Writer {
  #buffer: Buffer<ArrayBuffer> = Buffer.allocUnsafe(FIRST_SIZE);
  #at = 0;
  /**
   * The last 64-bit number that was parsed from a string, because many records of a request have
   * the same time.
   */
  #lastText = '';
  #last = 0n;

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#at);
  }

  message(type: MessageType, message: Record<string, unknown>): void {
    for (const name in message) {
      const field = type[name];
      const value = message[name];
      if (field === undefined || value === undefined) continue;
      const [number, kind] = field;
      if (kind === 'packedFixed64' || kind === 'packedDouble')
        this.#packed(number, kind, value as (string | number)[]);
      else if (Array.isArray(value)) for (const item of value) this.#field(number, kind, item);
      else this.#field(number, kind, value);
    }
  }

  #field(number: number, type: FieldType, value: unknown): void {
    if (typeof type === 'object') {
      this.#tag(number, LENGTH);
      this.#nested(type, value as Record<string, unknown>);
    } else if (type === 'string') {
      this.#tag(number, LENGTH);
      this.#string(String(value));
    } else if (type === 'hex') {
      const text = String(value);
      this.#tag(number, LENGTH);
      this.#varint(text.length / 2);
      this.#reserve(text.length / 2);
      this.#at += this.#buffer.write(text, this.#at, 'hex');
    } else if (type === 'double') {
      this.#tag(number, FIXED64);
      this.#double(Number(value));
    } else if (type === 'fixed64') {
      this.#tag(number, FIXED64);
      this.#fixed64(value as string);
    } else {
      this.#tag(number, VARINT);
      // `true` is 1; integers of 64 bits are strings in the JSON form.
      const integer = Number(value);
      if (integer >= 0 && Number.isSafeInteger(integer)) this.#varint(integer);
      else this.#largeVarint(BigInt.asUintN(64, BigInt(value as string | number)));
    }
  }

  /**
   * Writes the length before the message once it is known. One byte is reserved, which is enough
   * for most messages.
   */
  #nested(type: MessageType, message: Record<string, unknown>): void {
    this.#reserve(1);
    const lengthAt = this.#at++;
    this.message(type, message);
    const length = this.#at - lengthAt - 1;
    if (length < 128) {
      this.#buffer[lengthAt] = length;
      return;
    }
    const more = length < 2 ** 14 ? 1 : length < 2 ** 21 ? 2 : length < 2 ** 28 ? 3 : 4;
    this.#reserve(more);
    this.#buffer.copyWithin(lengthAt + 1 + more, lengthAt + 1, this.#at);
    this.#at = lengthAt;
    this.#varint(length);
    this.#at += length;
  }

  #string(text: string): void {
    this.#reserve(text.length * 3 + 10);
    if (text.length <= SHORT) {
      // Takes less time than a call of `write` for the names and values of most attributes.
      const buffer = this.#buffer;
      const start = this.#at + 1;
      let index = 0;
      for (; index < text.length; index++) {
        const code = text.charCodeAt(index);
        if (code > 127) break;
        buffer[start + index] = code;
      }
      const length = index === text.length ? index : buffer.write(text, start);
      buffer[this.#at] = length;
      this.#at = start + length;
      return;
    }
    const length = Buffer.byteLength(text);
    this.#varint(length);
    this.#at += this.#buffer.write(text, this.#at);
  }

  #packed(
    number: number,
    type: 'packedFixed64' | 'packedDouble',
    values: readonly (string | number)[],
  ): void {
    this.#tag(number, LENGTH);
    this.#varint(values.length * 8);
    for (const value of values)
      if (type === 'packedDouble') this.#double(Number(value));
      else this.#fixed64(String(value));
  }

  #tag(number: number, wire: number): void {
    this.#varint(number * 8 + wire);
  }

  /** @param value a safe integer from 0 */
  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127) {
      this.#buffer[this.#at++] = (rest % 128) + 128;
      rest = Math.floor(rest / 128);
    }
    this.#buffer[this.#at++] = rest;
  }

  #largeVarint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#buffer[this.#at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#at++] = Number(rest);
  }

  #fixed64(text: string): void {
    if (text !== this.#lastText) {
      this.#lastText = text;
      this.#last = BigInt.asUintN(64, BigInt(text));
    }
    this.#reserve(8);
    this.#at = this.#buffer.writeBigUInt64LE(this.#last, this.#at);
  }

  #double(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#at + bytes));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}
