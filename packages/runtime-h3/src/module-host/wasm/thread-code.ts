/**
 * Code of the thread that runs a WebAssembly module. It is text, because a bundle has no file for a
 * thread. The module gets no imports but these of WASI, none of which reaches files, network or
 * variables:
 *
 * - `fd_write` to 1 and 2 is its log, `proc_exit` ends the call, `clock_time_get` and `random_get`
 *   work, and all others report ENOSYS.
 *
 * The module exports `memory`, `gati_alloc(length) -> pointer`, `gati_descriptor() -> u64` and
 * `gati_call(pointer, length) -> u64`. A result is the pointer in the upper and the length in the lower
 * 32 bits. The input of a call is the JSON `{ "method", "input" }`, the output is
 * `{ "result" }` or `{ "problem": { "status", "code", "detail" } }`.
 */
export const THREAD_CODE: string = `
const { parentPort, receiveMessageOnPort, workerData } = require('node:worker_threads');
const { module, maxPages, maxOutput, shared, CALL } = workerData;
const state = new Int32Array(shared, 0, 4), text = new Uint8Array(shared, CALL.text);
const ENOSYS = 52;
let memory;
const view = () => new DataView(memory.buffer);
const bytes = (at, length) => new Uint8Array(memory.buffer, at, length);
const wasi = {
  fd_write(fd, list, count, written) {
    if (fd !== 1 && fd !== 2) return 8;
    let text = '', total = 0;
    for (let i = 0; i < count; i++) {
      const at = view().getUint32(list + i * 8, true), length = view().getUint32(list + i * 8 + 4, true);
      if (total < 16384) text += Buffer.from(bytes(at, Math.min(length, 16384))).toString();
      total += length;
    }
    view().setUint32(written, total, true);
    parentPort.postMessage({ log: text });
    return 0;
  },
  proc_exit(code) { throw new Error('it exits with code ' + code); },
  clock_time_get(_id, _precision, at) { view().setBigUint64(at, BigInt(Date.now()) * 1000000n, true); return 0; },
  random_get(at, length) {
    for (let from = 0; from < length; from += 65536)
      crypto.getRandomValues(bytes(at + from, Math.min(65536, length - from)));
    return 0;
  },
  args_sizes_get(count, size) { view().setUint32(count, 0, true); view().setUint32(size, 0, true); return 0; },
  args_get: () => 0,
  environ_sizes_get(count, size) { view().setUint32(count, 0, true); view().setUint32(size, 0, true); return 0; },
  environ_get: () => 0,
  sched_yield: () => 0,
  fd_close: () => 0,
  fd_prestat_get: () => 8,
};
const imports = {};
for (const { module: from, name, kind } of WebAssembly.Module.imports(module)) {
  if (kind !== 'function' || from !== 'wasi_snapshot_preview1')
    throw new Error('it imports ' + from + '.' + name + ', which no module gets');
  (imports[from] ??= {})[name] = wasi[name] ?? (() => ENOSYS);
}
const instance = new WebAssembly.Instance(module, imports);
const { exports } = instance;
memory = exports.memory;
if (typeof exports._initialize === 'function') exports._initialize();
function read(packed) {
  const value = BigInt.asUintN(64, packed), at = Number(value >> 32n), length = Number(value & 0xffffffffn);
  if (length > maxOutput) throw new Error('its result has more than ' + maxOutput + ' bytes');
  return bytes(at, length);
}
function call(input) {
  const at = exports.gati_alloc(input.length) >>> 0;
  bytes(at, input.length).set(input);
  return read(exports.gati_call(at, input.length));
}
function run(length) {
  if (length === CALL.descriptor) return read(exports.gati_descriptor());
  if (length === CALL.message) return call(Buffer.from(receiveMessageOnPort(parentPort).message));
  return call(text.subarray(0, length));
}
function end(output, failed) {
  const isMessage = output.length > CALL.maxText;
  if (!isMessage) text.set(output);
  state[CALL.failed] = failed;
  state[CALL.length] = isMessage ? CALL.message : output.length;
  // Sent last, because the caller may send its next call as soon as it has the message.
  if (isMessage) parentPort.postMessage({ output: Buffer.from(output).toString() });
}
parentPort.postMessage({ ready: true });
for (let last = 0; ; ) {
  Atomics.wait(state, CALL.sent, last);
  if (Atomics.load(state, CALL.sent) === last) continue;
  last = Atomics.load(state, CALL.sent);
  try {
    const output = run(state[CALL.length]);
    if (memory.buffer.byteLength > maxPages * 65536) throw new Error('it uses too much memory');
    end(output, 0);
  } catch (error) {
    end(Buffer.from(String(error && error.message || error).slice(0, 1000)), 1);
  }
  Atomics.store(state, CALL.ended, last);
  Atomics.notify(state, CALL.ended);
}
`;
