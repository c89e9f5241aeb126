// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createPartsWriter, type GenerateParts } from './parts-writer.ts';
import type { GenerateTarget } from './write-generated.ts';

export interface Writer {
  write: GenerateParts;
  close(): Promise<void>;
}

/** Writes `.gati` in a thread of its own; without the built worker (the sources run as they are) in this one. */
export function createWriter({ root, app, options }: GenerateTarget): Writer {
  const file = new URL('./generate-worker.mjs', import.meta.url);
  if (!fs.existsSync(file))
    return { write: createPartsWriter({ root, app, options }), close: async () => {} };
  const pending = new Map<
    number,
    { resolve(written: string[]): void; reject(error: Error): void }
  >();
  let worker: Worker | undefined;
  let count = 0;

  function start(): Worker {
    const started = new Worker(file, { workerData: { root, app, options } });
    // It keeps no process alive.
    started.unref();
    started.on(
      'message',
      ({ id, written, error }: { id: number; written?: string[]; error?: string }) => {
        const waiting = pending.get(id);
        pending.delete(id);
        if (written) waiting?.resolve(written);
        else waiting?.reject(new Error(error));
      },
    );
    const end = (error: Error): void => {
      worker = undefined;
      for (const { reject } of pending.values()) reject(error);
      pending.clear();
    };
    started.on('error', end);
    started.on('exit', () => end(new Error('the thread that writes .gati ended')));
    return started;
  }

  return {
    write(input) {
      worker ??= start();
      const id = count++;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        worker?.postMessage({ id, input });
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
