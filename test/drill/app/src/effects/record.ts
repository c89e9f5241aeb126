import fs from 'node:fs';

export const effect = 'record';

/** Writes which region ran the job. Takes as long as a call of another service. */
export async function run(payload: { id: string }): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  fs.appendFileSync(process.env.DRILL_RUNS!, `${payload.id} ${process.env.REGION}\n`);
}
