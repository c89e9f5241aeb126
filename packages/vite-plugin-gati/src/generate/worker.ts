// oxlint-disable unicorn/require-post-message-target-origin -- a thread has no origin
import { parentPort, workerData } from 'node:worker_threads';
import type { WriteReply, WriteRequest } from './background-writer.ts';
import { createPartsWriter } from './parts-writer.ts';
import type { GenerateTarget } from './write-generated.ts';

// The thread of `background-writer.ts`.
const write = createPartsWriter(workerData as GenerateTarget);
let last: Promise<unknown> = Promise.resolve();

parentPort?.on('message', ({ id, input }: WriteRequest) => {
  // One after another, so that the latest input is written last.
  last = last
    .then(() => write(input))
    .then(
      (written): WriteReply => ({ id, written }),
      (error: unknown): WriteReply => ({
        id,
        error: error instanceof Error ? error.message : String(error),
      }),
    )
    .then((reply) => parentPort?.postMessage(reply));
});
