const DESCRIPTOR = {
  name: 'tiny',
  version: '1.0.0',
  protocol: 1,
  methods: { ok: { output: { type: 'string' } }, spin: {}, crash: {} },
};
const DESCRIPTOR_AT = 1024;
const RESULT_AT = 4096;
const LARGE_AT = 65_536;
const INPUT_AT = 262_144;
/** Length of the inputs that `ok` has the result "large" for, and of that result. */
export const LARGE = 70_000;
const I32 = 0x7f;
const I64 = 0x7e;

/**
 * Encodes a WebAssembly module with the calls of Gati: `ok` has the result "ok", `spin` never ends,
 * and `crash` traps. https://webassembly.github.io/spec/core/binary
 */
export function tinyWasm(): Uint8Array {
  const descriptor = [...Buffer.from(JSON.stringify(DESCRIPTOR))];
  const result = [...Buffer.from('{"result":"ok"}')];
  const large = [...Buffer.from(`{"result":"large"${' '.repeat(LARGE)}}`)];
  const packed = (at: number, length: number): number[] => [
    0x42,
    ...signed((BigInt(at) << 32n) | BigInt(length)),
  ];
  const code = [
    [0x41, ...signed(BigInt(INPUT_AT))],
    packed(DESCRIPTOR_AT, descriptor.length),
    [
      ...ifLength(EQUAL, lengthOf('spin'), [0x03, 0x40, 0x0c, 0, 0x0b]),
      ...ifLength(EQUAL, lengthOf('crash'), [0x00]),
      ...ifLength(GREATER, LARGE, [...packed(LARGE_AT, large.length), 0x0f]),
      ...packed(RESULT_AT, result.length),
    ],
  ];
  return new Uint8Array([
    0,
    0x61,
    0x73,
    0x6d,
    1,
    0,
    0,
    0,
    ...section(1, [
      [0x60, 1, I32, 1, I32],
      [0x60, 0, 1, I64],
      [0x60, 2, I32, I32, 1, I64],
    ]),
    ...section(3, [[0], [1], [2]]),
    ...section(5, [[0, 8]]),
    ...section(7, [
      exported('memory', 2, 0),
      exported('gati_alloc', 0, 0),
      exported('gati_descriptor', 0, 1),
      exported('gati_call', 0, 2),
    ]),
    ...section(
      10,
      code.map((body) => sized([0, ...body, 0x0b])),
    ),
    ...section(11, [
      segment(DESCRIPTOR_AT, descriptor),
      segment(RESULT_AT, result),
      segment(LARGE_AT, large),
    ]),
  ]);
}

const EQUAL = 0x46;
const GREATER = 0x4a;
const lengthOf = (method: string): number => JSON.stringify({ method }).length;

/** Runs code if the length of the input compares with a number. */
const ifLength = (comparison: number, length: number, code: number[]): number[] => [
  0x20, // local.get 1: the length
  1,
  0x41, // i32.const
  ...signed(BigInt(length)),
  comparison,
  0x04, // if
  0x40,
  ...code,
  0x0b,
];
const section = (id: number, items: number[][]): number[] => [
  id,
  ...sized([...unsigned(items.length), ...items.flat()]),
];
const sized = (bytes: number[]): number[] => [...unsigned(bytes.length), ...bytes];
const exported = (name: string, kind: number, index: number): number[] => [
  ...sized([...Buffer.from(name)]),
  kind,
  index,
];
const segment = (at: number, bytes: number[]): number[] => [
  0,
  0x41,
  ...signed(BigInt(at)),
  0x0b,
  ...sized(bytes),
];

function unsigned(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 127n);
  const rest = value >> 7n;
  const isLast = (rest === 0n && (low & 64) === 0) || (rest === -1n && (low & 64) !== 0);
  return isLast ? [low] : [low | 128, ...signed(rest)];
}
