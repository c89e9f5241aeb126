import type { ModuleDescriptor } from '../../types/foreign.ts';
import { MODULE_LIMITS } from '../../types/foreign.ts';
import { parseDescriptor } from '../descriptor.ts';
import { moduleStartError } from '../errors.ts';
import { compileWasm } from './compile-wasm.ts';
import { WasmThread } from './wasm-thread.ts';

/**
 * Reads the descriptor of a WebAssembly module.
 *
 * @throws {GatiError} GATI_MODULE_START, GATI_MODULE_DESCRIPTOR
 */
export async function describeWasm(name: string, file: string): Promise<ModuleDescriptor> {
  let thread: WasmThread | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    thread = new WasmThread(await compileWasm(file), MODULE_LIMITS, () => {});
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(new Error('it is too slow.')), MODULE_LIMITS.handshake);
    });
    return parseDescriptor(name, JSON.parse(await Promise.race([thread.run(undefined), late])));
  } catch (error) {
    const { message } = error as Error;
    throw message.startsWith('GATI_') ? error : moduleStartError(name, message);
  } finally {
    clearTimeout(timer);
    await thread?.end();
  }
}
