import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** Opens BullMQ on the Redis at `url`. It keeps a thousand completed jobs instead of all. */
export async function openBullmq(url, { concurrency = 200, run } = {}) {
  const connect = () => new Redis(url, { maxRetriesPerRequest: null });
  const connections = [connect()];
  const queue = new Queue('job', {
    connection: connections[0],
    defaultJobOptions: { removeOnComplete: 1000 },
  });
  let worker;
  if (run) {
    connections.push(connect());
    worker = new Worker('job', async (job) => run(job.data), {
      connection: connections[1],
      concurrency,
    });
    await worker.waitUntilReady();
  }
  return {
    enqueue: (payload) => queue.add('job', payload),
    async close() {
      await worker?.close();
      await queue.close();
      for (const connection of connections) connection.disconnect();
    },
  };
}
