// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import fs from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createPartsWriter, type GeneratedParts, type WriteParts } from './parts-writer.ts';
import type { GenerateTarget } from './write-generated.ts';

export interface BackgroundWriter {
  write: WriteParts;
  /** Ends the thread. */
  close(): Promise<void>;
}

/** A message to the thread. */
export interface WriteRequest {
  id: number;
  input: GeneratedParts;
}

/** A message of the thread, with the files that were written or the message of an error. */
export type WriteReply = { id: number; written: string[] } | { id: number; error: string };

interface Pending {
  resolve(written: string[]): void;
  reject(error: Error): void;
}

/**
 * Creates a writer that runs in a thread. The thread starts with the first write and again after it
 * has failed. When Gati runs from its sources, there is no built worker, and the writer runs in the
 * current thread.
 */
export function createBackgroundWriter({ root, app, options }: GenerateTarget): BackgroundWriter {
  const file = new URL('./generate-worker.mjs', import.meta.url);
  if (!fs.existsSync(file))
    return { write: createPartsWriter({ root, app, options }), close: async () => {} };
  const pending = new Map<number, Pending>();
  let worker: Worker | undefined;
  let lastId = 0;

  function start(): Worker {
    const started = new Worker(file, { workerData: { root, app, options } });
    // The thread must not keep the process alive.
    started.unref();
    started.on('message', (reply: WriteReply) => {
      const call = pending.get(reply.id);
      pending.delete(reply.id);
      if ('written' in reply) call?.resolve(reply.written);
      else call?.reject(new Error(reply.error));
    });
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
      const id = ++lastId;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        worker?.postMessage({ id, input } satisfies WriteRequest);
      });
    },
    async close() {
      await worker?.terminate();
    },
  };
}
