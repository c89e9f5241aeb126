import { readFile } from 'node:fs/promises';

/** The part of the global `WebAssembly` that the types of Node lack. */
const { WebAssembly: engine } = globalThis as unknown as {
  WebAssembly: { compile(bytes: Uint8Array): Promise<WebAssembly.Module> };
};

/** Reads and compiles a WebAssembly module. */
export async function compileWasm(file: string): Promise<WebAssembly.Module> {
  return engine.compile(await readFile(file));
}
