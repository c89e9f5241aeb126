import type { CommandOutput } from '../../command/command.ts';
import { dataFolder } from '../../data/location.ts';
import type { QueueDriver } from '../../ports.ts';

/** The queue that a url names, by whatever driver there is. */
export async function openAnyQueue(url: string): Promise<QueueDriver> {
  const [{ openQueue }, { ALL_QUEUES }] = await Promise.all([
    import('../drivers/open.ts'),
    import('../drivers/registry.ts'),
  ]);
  return openQueue(url, ALL_QUEUES);
}

/** `gati effects WORDS` of the app in the current folder. Gives the exit code. */
export async function runEffectsInFolder(
  words: string[],
  url: string | undefined,
  output?: CommandOutput,
): Promise<number> {
  const [{ runEffectsCommand }, { defaultQueueUrl }, { ALL_QUEUES }] = await Promise.all([
    import('./main.ts'),
    import('../drivers/open.ts'),
    import('../drivers/registry.ts'),
  ]);
  return runEffectsCommand(words, {
    url: url || defaultQueueUrl(dataFolder('development')),
    queues: ALL_QUEUES,
    output,
  });
}
