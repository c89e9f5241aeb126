const DESCRIPTOR = {
  name: 'tiny',
  version: '1.0.0',
  protocol: 1,
  methods: { ok: { output: { type: 'string' } }, spin: {} },
};
const DESCRIPTOR_AT = 1024;
const RESULT_AT = 4096;
const INPUT_AT = 8192;
const I32 = 0x7f;
const I64 = 0x7e;

/**
 * Encodes a WebAssembly module with the calls of Gati: `ok` has the result "ok", and `spin` never
 * ends. https://webassembly.github.io/spec/core/binary
 */
export function tinyWasm(): Uint8Array {
  const descriptor = [...Buffer.from(JSON.stringify(DESCRIPTOR))];
  const result = [...Buffer.from('{"result":"ok"}')];
  const spinLength = JSON.stringify({ method: 'spin' }).length;
  const packed = (at: number, length: number): number[] => [
    0x42,
    ...signed((BigInt(at) << 32n) | BigInt(length)),
  ];
  const code = [
    [0x41, ...signed(BigInt(INPUT_AT))],
    packed(DESCRIPTOR_AT, descriptor.length),
    [
      // if length == spinLength: loop forever
      0x20,
      1,
      0x41,
      ...signed(BigInt(spinLength)),
      0x46,
      0x04,
      0x40,
      0x03,
      0x40,
      0x0c,
      0,
      0x0b,
      0x0b,
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
    ...section(5, [[0, 1]]),
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
    ...section(11, [segment(DESCRIPTOR_AT, descriptor), segment(RESULT_AT, result)]),
  ]);
}

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
