import { listReleases } from '@gati/runtime-h3/releases';
import type { Diagnostic } from '@gati/contract';
import type { CheckItem, CheckReport, HealthItem, HealthReport } from '../../api/health.ts';
import { countJobs } from '../effects/count-jobs.ts';
import { defineEndpoint, type Endpoint, type ReadContext } from '../endpoint.ts';

/** Maximum number of listed diagnostics. */
const MAX_CHECKS = 20;

/** Lists problems of the parts that the panel reaches. Leaves out a part that can't be read. */
export const health: Endpoint = defineEndpoint(
  'health',
  [],
  async (context): Promise<HealthReport> => {
    const [parts, current] = await Promise.all([
      Promise.all([
        quietly(modules(context)),
        quietly(processes(context)),
        quietly(jobs(context)),
        quietly(takenBack(context)),
      ]),
      quietly(currentRelease(context)),
    ]);
    const { diagnostics } = context.ports;
    return {
      items: parts.flatMap((items) => items ?? []),
      ...(diagnostics && { checks: toChecks(diagnostics()) }),
      ...(current && { current }),
    };
  },
);

function toChecks(all: readonly Diagnostic[]): CheckReport {
  const isError = ({ level }: Diagnostic): boolean => level === 'error';
  const sorted = [...all.filter(isError), ...all.filter((each) => !isError(each))];
  return { items: sorted.slice(0, MAX_CHECKS).map(toCheck), count: all.length };
}

const toCheck = ({ code, level, message, fix, file, line }: Diagnostic): CheckItem => ({
  level: level === 'error' ? 'bad' : 'warn',
  code,
  message,
  fix,
  ...(file !== undefined && { place: line === undefined ? file : `${file}:${line}` }),
});

const quietly = <Value>(work: Promise<Value>): Promise<Value | undefined> =>
  work.catch(() => undefined);

async function modules({ ports }: ReadContext): Promise<HealthItem[]> {
  const [own = {}, outside = []] = await Promise.all([
    ports.operator && quietly(ports.operator.health()),
    ports.modules && quietly(ports.modules.list()),
  ]);
  const reasons = new Map(Object.entries(own));
  for (const { name, health: state } of outside)
    if (state !== 'unknown') reasons.set(name, state === 'ok' ? '' : state);
  return [...reasons]
    .filter(([, reason]) => reason !== '')
    .map(([name, reason]) => ({
      level: 'bad',
      text: `The module ${name} can't serve: ${reason}`,
      page: 'modules',
    }));
}

async function processes({ ports }: ReadContext): Promise<HealthItem[]> {
  const crashes = Object.entries((await ports.operator?.measure())?.crashes ?? {});
  const causes = crashes.filter(([, count]) => count > 0);
  if (causes.length === 0) return [];
  const text = causes.map(([cause, count]) => `${cause} (${count})`).join(', ');
  return [{ level: 'warn', text: `Processes were replaced: ${text}`, page: 'scaling' }];
}

async function jobs({ ports }: ReadContext): Promise<HealthItem[]> {
  if (!ports.queue) return [];
  const { byEffect, isCut } = await countJobs(await ports.queue.open());
  const dead = [...byEffect].filter(([, counts]) => counts.dead > 0);
  return dead.map(([effect, counts]) => ({
    level: 'warn',
    text: `${isCut ? 'At least ' : ''}${counts.dead} dead ${counts.dead === 1 ? 'job' : 'jobs'} of the effect ${effect}`,
    page: 'effects',
  }));
}

async function takenBack({ ports }: ReadContext): Promise<HealthItem[]> {
  const store = await ports.releases?.open();
  if (!store) return [];
  const { marks } = (await store.head()).head;
  return Object.entries(marks).flatMap(([version, { quarantine }]): HealthItem[] =>
    quarantine
      ? [
          {
            level: 'bad',
            text: `Servers took the release ${version} back: ${quarantine.reason}`,
            page: 'releases',
          },
        ]
      : [],
  );
}

async function currentRelease({ ports }: ReadContext): Promise<HealthReport['current']> {
  const store = await ports.releases?.open();
  if (!store) return undefined;
  const { current } = (await store.head()).head;
  const found = (await listReleases(store, () => {})).find(({ version }) => version === current);
  return found && { version: found.version, date: found.date };
}
