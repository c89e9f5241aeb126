import PgBoss from 'pg-boss';

/** Opens pg-boss on the PostgreSQL at `url`, with its shortest polling interval and large batches. */
export async function openPgBoss(url, { run } = {}) {
  const boss = new PgBoss({ connectionString: url, schedule: false, supervise: false });
  boss.on('error', console.error);
  await boss.start();
  await boss.createQueue('job');
  if (run) {
    await boss.work('job', { batchSize: 1000, pollingIntervalSeconds: 0.5 }, async (jobs) => {
      for (const job of jobs) await run(job.data);
    });
  }
  return {
    enqueue: (payload) => boss.send('job', payload),
    close: () => boss.stop({ graceful: true, wait: true, timeout: 10_000 }),
  };
}
