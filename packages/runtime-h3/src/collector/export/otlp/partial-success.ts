import { SIGNALS, type Signal } from './messages.ts';

/** Records that a target rejected although it accepted their request. */
export interface PartialSuccess {
  rejected: number;
  message: string;
}

/**
 * Reads `partial_success` of a response, as JSON or as protobuf. Returns `undefined` if all records
 * were accepted or the response can't be read.
 *
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function readPartialSuccess(
  signal: Signal,
  body: Uint8Array,
  isJson: boolean,
): PartialSuccess | undefined {
  try {
    const found = isJson ? fromJson(signal, body) : fromProtobuf(body);
    return found.rejected > 0 ? found : undefined;
  } catch {
    return undefined;
  }
}

function fromJson(signal: Signal, body: Uint8Array): PartialSuccess {
  const { partialSuccess = {} } = JSON.parse(new TextDecoder().decode(body)) as {
    partialSuccess?: Record<string, unknown>;
  };
  // A number of 64 bits may be a string.
  return {
    rejected: Number(partialSuccess[SIGNALS[signal].rejected] ?? 0),
    message: String(partialSuccess['errorMessage'] ?? ''),
  };
}

/**
 * All signals use the same field numbers. Field 1 of the response is a message whose field 1 is the
 * count of records and whose field 2 is the error text.
 */
function fromProtobuf(body: Uint8Array): PartialSuccess {
  const found = { rejected: 0, message: '' };
  for (const [number, inner] of readFields(body)) {
    if (number !== 1 || typeof inner === 'number') continue;
    for (const [field, value] of readFields(inner)) {
      if (field === 1 && typeof value === 'number') found.rejected = value;
      else if (field === 2 && typeof value === 'object')
        found.message = new TextDecoder().decode(value);
    }
  }
  return found;
}

/** Reads the varints and the length-delimited fields of a message. */
function readFields(bytes: Uint8Array): [number: number, value: number | Uint8Array][] {
  const fields: [number, number | Uint8Array][] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 2 ** 56) throw new RangeError('no varint');
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wire = tag % 8;
    const value = varint();
    if (wire === 0) fields.push([Math.floor(tag / 8), value]);
    else if (wire === 2) {
      fields.push([Math.floor(tag / 8), bytes.subarray(at, at + value)]);
      at += value;
    } else throw new RangeError('an unexpected field');
  }
  return fields;
}
