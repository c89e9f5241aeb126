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

/** Encodes one message. Members that are not in the table, and `undefined`, are left out. */
export function encodeMessage(type: MessageType, message: object): Uint8Array<ArrayBuffer> {
  const writer = new Writer();
  writer.message(type, message as Record<string, unknown>);
  return writer.bytes();
}

class Writer {
  #buffer: Buffer<ArrayBuffer> = Buffer.alloc(256);
  #at = 0;

  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#at);
  }

  message(type: MessageType, message: Record<string, unknown>): void {
    for (const [name, value] of Object.entries(message)) {
      const field = type[name];
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
      const nested = encodeMessage(type, value as object);
      this.#tag(number, LENGTH);
      this.#raw(nested);
    } else if (type === 'string') {
      this.#tag(number, LENGTH);
      this.#raw(Buffer.from(String(value)));
    } else if (type === 'hex') {
      this.#tag(number, LENGTH);
      this.#raw(Buffer.from(String(value), 'hex'));
    } else if (type === 'double') {
      this.#tag(number, FIXED64);
      this.#double(Number(value));
    } else if (type === 'fixed64') {
      this.#tag(number, FIXED64);
      this.#fixed64(BigInt(value as string));
    } else {
      this.#tag(number, VARINT);
      // `true` is 1; integers of 64 bits are strings in the JSON form.
      this.#varint(BigInt.asUintN(64, BigInt(value as string | number | boolean)));
    }
  }

  #packed(
    number: number,
    type: 'packedFixed64' | 'packedDouble',
    values: readonly (string | number)[],
  ): void {
    this.#tag(number, LENGTH);
    this.#varint(BigInt(values.length * 8));
    for (const value of values)
      if (type === 'packedDouble') this.#double(Number(value));
      else this.#fixed64(BigInt(value));
  }

  #tag(number: number, wire: number): void {
    this.#varint(BigInt(number * 8 + wire));
  }

  #raw(bytes: Uint8Array): void {
    this.#varint(BigInt(bytes.length));
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #varint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest > 127n) {
      this.#buffer[this.#at++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#buffer[this.#at++] = Number(rest);
  }

  #fixed64(value: bigint): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.#at);
  }

  #double(value: number): void {
    this.#reserve(8);
    this.#at = this.#buffer.writeDoubleLE(value, this.#at);
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#buffer.length) return;
    const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#at + bytes));
    larger.set(this.bytes());
    this.#buffer = larger;
  }
}
