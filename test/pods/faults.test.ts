import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { until } from '@gati/test-kit/wait';
import { startProxy } from '../../packages/deployers/core/test/helpers/docker-registry.ts';
import { type Fault, FAULTS, type Lane } from './faults.ts';
import { createPodsApp, findPods, type Pod, printSettings } from './helpers/app.ts';
import { startLoad } from './helpers/load.ts';

const pods = findPods();
/** Namespaces in which the faults are tried at the same time. */
const LANES = 3;
/** Seconds in which a deploy must name the cause. */
const LIMIT = 15;

interface Event {
  event: string;
  /** Seconds since the wait for the pods began. */
  at: number;
  [name: string]: unknown;
}

describe.skipIf(!pods)('a deploy whose pods fail', () => {
  const lanes: Lane[] = [];
  const waiting: ((lane: Lane) => void)[] = [];
  const take = (): Promise<Lane> =>
    new Promise((resolve) => {
      const free = lanes.pop();
      if (free) resolve(free);
      else waiting.push(resolve);
    });
  const give = (lane: Lane): void => {
    const next = waiting.shift();
    if (next) next(lane);
    else lanes.push(lane);
  };

  beforeAll(async () => {
    const proxy = await startProxy(`http://${pods!.registry}`, ({ method, path: at }) =>
      method === 'GET' && at.includes('/manifests/') ? 429 : undefined,
    );
    const first = createPodsApp(pods!, 'lane0', '');
    await first.build();
    const all = [first];
    for (let index = 1; index < LANES; index++) {
      const app = createPodsApp(pods!, `lane${index}`, '');
      await app.build();
      all.push(app);
    }
    await Promise.all(
      all.map(async (app) => {
        const settings = (rest = ''): string =>
          printSettings(
            pods!,
            app.name,
            `kubernetes: { service: NodePort }\nrollout: { timeout: 20s }\n${rest}`,
          );
        app.configure(settings());
        const { code, stderr } = await app.deploy('kubernetes');
        if (code !== 0) throw new Error(stderr);
        await until(
          'the Service responds',
          async () => (await fetch(await app.address())).ok || true,
        );
        const entry = path.join(app.folder, 'dist/server/index.mjs');
        const source = fs.readFileSync(entry, 'utf8');
        lanes.push({ app, pods: pods!, settings, entry, source, limited: proxy.host });
      }),
    );
    return proxy.stop;
  });
  afterAll(() => {
    lanes.length = 0;
  });

  test.concurrent.for(FAULTS)('names its cause: $name', async (fault, { expect }) => {
    const lane = await take();
    try {
      const { app } = lane;
      const before = (await app.pods()).filter(isReady);
      const load = startLoad(`${await app.address()}/hello/Ada`, { connections: 2, pause: 20 });
      const undo = await fault.plant(lane);
      const { code, events, stderr } = await run(lane, fault.change);
      await undo?.();
      const { failures } = await load.stop();
      const document = events.at(-1)?.['result'] as { result: string; errors: Diagnostic[] };
      expect({ code, result: document?.result }, stderr).toEqual({
        code: 1,
        result: 'rolled-back',
      });
      const [error] = document.errors;
      expect(error!.message, stderr).toMatch(fault.says);
      if (fault.fix) expect(error!.fix).toMatch(fault.fix);
      if (!fault.isAtOnce) {
        const named = events.find(
          (each) => each.event === 'cause' && fault.says.test(String(each['why'])),
        );
        expect(named, stderr).toMatchObject({ code: fault.code });
        expect(named!.at).toBeLessThan(LIMIT + (fault.after ?? 0));
        if (fault.log) expect((named!['logs'] as string[]).join('\n')).toMatch(fault.log);
      }
      expect(failures).toEqual([]);
      const uids = (list: typeof before): string[] => list.map(({ metadata }) => metadata.uid);
      const after = await app.pods();
      expect(uids(after)).toEqual(expect.arrayContaining(uids(before)));
    } finally {
      fs.writeFileSync(lane.entry, lane.source);
      lane.app.configure(lane.settings());
      give(lane);
    }
  });
});

const isReady = ({ status }: Pod): boolean => status.containerStatuses?.[0]?.ready === true;

interface Diagnostic {
  message: string;
  fix: string;
}

/** Deploys, or applies a plan that is changed before. */
async function run(
  { app, pods: { kubeconfig } }: Lane,
  change: Fault['change'],
): Promise<{ code: number | null; events: Event[]; stderr: string }> {
  const words = ['kubernetes'];
  if (change) {
    await app.run('image');
    await app.run('plan', '--out', 'plan.json');
    const file = path.join(app.folder, 'plan.json');
    const plan = JSON.parse(fs.readFileSync(file, 'utf8')) as PlanFile;
    const step = plan.steps.find(({ object }) => object?.kind === 'Deployment')!;
    change(step.object!.spec.template.spec);
    fs.writeFileSync(file, JSON.stringify(plan));
    words.splice(0, 1, 'apply', 'plan.json');
  }
  const cli = path.join(import.meta.dirname, '../../packages/deployers/core/dist/cli.mjs');
  const child = spawn(process.execPath, [cli, ...words, '--events'], {
    cwd: app.folder,
    env: { ...process.env, GATI_KUBECONFIG: kubeconfig, DOCKER_CONFIG: app.folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString()));
  const events: Event[] = [];
  let begun: number | undefined;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as Event;
    if (event.event === 'step' && event['step'] === 'wait') begun = performance.now();
    events.push({ ...event, at: (performance.now() - (begun ?? Infinity)) / 1000 });
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, events, stderr };
}

interface PlanFile {
  steps: { object?: { kind: string; spec: { template: { spec: never } } } }[];
}
