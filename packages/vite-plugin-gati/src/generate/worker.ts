// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { parentPort, workerData } from 'node:worker_threads';
import { createPartsWriter, type GenerateInput } from './parts-writer.ts';
import type { GenerateTarget } from './write-generated.ts';

/** The thread that prints and writes what `.gati` holds, so that requests and edits don't wait for it. */
const write = createPartsWriter(workerData as GenerateTarget);
let last: Promise<unknown> = Promise.resolve();

parentPort?.on('message', ({ id, input }: { id: number; input: GenerateInput }) => {
  // One after the other: the later must win.
  last = last
    .then(() => write(input))
    .then(
      (written) => parentPort?.postMessage({ id, written }),
      (error: unknown) =>
        parentPort?.postMessage({
          id,
          error: error instanceof Error ? error.message : String(error),
        }),
    );
});
