import { usageError } from '@gati/runtime-h3/command';
import fs from 'node:fs';
import path from 'node:path';
import { runEffectsCommand } from '@gati/runtime-h3/effects/command';
import { ALL_QUEUES, dataFolder, defaultQueueUrl, openQueue } from '@gati/runtime-h3/internal';
import { enterApp } from '../app-env.ts';
import type { Call } from '../command.ts';

export async function run(call: Call): Promise<number> {
  const { args, rest, output } = call;
  const { GATI_EFFECTS } = enterApp(call);
  const ownQueue = defaultQueueUrl(dataFolder('development'));
  return runEffectsCommand([String(args.action), ...rest], {
    url: GATI_EFFECTS || ownQueue,
    openQueue(address, settings) {
      if (address !== ownQueue) assertQueueExists(address);
      return openQueue(address, ALL_QUEUES, settings);
    },
    output: output.json ? output : undefined,
  });
}

/**
 * Rejects a SQLite queue that does not exist, because opening a mistyped name would create a queue.
 * Accepts the default queue of development, which may not exist yet.
 */
function assertQueueExists(address: string): void {
  const file = /^sqlite:(.+)$/.exec(address)?.[1];
  if (file === undefined || file === ':memory:' || fs.existsSync(file)) return;
  throw usageError(
    `there is no queue at \`${path.resolve(file)}\``,
    'Name a file that a server has created, in GATI_EFFECTS or `--queue`.',
  );
}
