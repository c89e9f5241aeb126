import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createCaller, onCall } from '../../src/client/index.ts';
import { createVueDevtools } from '../../src/vue-devtools/index.ts';
import type {
  DevtoolsApi,
  InspectorOptions,
  StatePayload,
  TimelineEvent,
  TreePayload,
} from '../../src/vue-devtools/types.ts';

/** A page of `http://localhost:5173` whose requests a function responds to. */
const ORIGIN = 'http://localhost:5173';

interface FakeDevtools {
  api: DevtoolsApi;
  events: TimelineEvent[];
  inspectors: InspectorOptions[];
  tree(filter?: string): TreePayload['rootNodes'];
  state(nodeId: string): StatePayload['state'];
}

function fakeDevtools(): FakeDevtools {
  const events: TimelineEvent[] = [];
  const inspectors: InspectorOptions[] = [];
  let onTree: (payload: TreePayload) => void;
  let onState: (payload: StatePayload) => void;
  return {
    events,
    inspectors,
    api: {
      now: () => 1,
      addTimelineLayer: () => {},
      addTimelineEvent: ({ event }) => void events.push(event),
      addInspector: (inspector) => void inspectors.push(inspector),
      sendInspectorTree: () => {},
      sendInspectorState: () => {},
      on: {
        getInspectorTree: (handler) => (onTree = handler),
        getInspectorState: (handler) => (onState = handler),
      },
    },
    tree(filter = '') {
      const payload: TreePayload = { inspectorId: 'gati', filter, rootNodes: [] };
      onTree(payload);
      return payload.rootNodes;
    },
    state(nodeId) {
      const payload: StatePayload = { inspectorId: 'gati', nodeId, state: {} };
      onState(payload);
      return payload.state;
    },
  };
}

let sent: Request[] = [];
let devtools: FakeDevtools;
const stops: (() => void)[] = [];
const call = createCaller(
  { version: '1.2.0', base: '' },
  {
    retry: false,
    fetch: async (request) => {
      sent.push(request);
      const status = request.url.endsWith('/lost') ? 409 : 200;
      return Response.json({ code: 'lost' }, { status, headers: { 'x-api-version': '1.1.0' } });
    },
  },
);

beforeEach(() => {
  vi.stubGlobal('location', { origin: ORIGIN });
  sent = [];
  devtools = fakeDevtools();
  createVueDevtools({
    setupDevToolsPlugin: (_descriptor, setup) => setup(devtools.api),
    onCall(listener) {
      const stop = onCall(listener);
      stops.push(stop);
      return stop;
    },
    routes: ['GET /items/:id'],
    panel: '/_control',
  }).install({});
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllGlobals();
});

const facts = (nodeId: string): Record<string, unknown> =>
  Object.fromEntries(devtools.state(nodeId)['call']!.map(({ key, value }) => [key, value]));

test('the inspector lists routes and shows the status, version and trace of a call', async () => {
  await call('GET /items/:id', { params: { id: 'a1' } });
  const [route] = devtools.tree();
  expect(route).toMatchObject({
    id: 'GET /items/:id',
    tags: [{ label: '200' }],
    children: [{ label: '/items/a1' }],
  });
  const [, traceId] = /^00-([\da-f]{32})-[\da-f]{16}-01$/.exec(
    sent[0]!.headers.get('traceparent')!,
  )!;
  expect(facts(route!.children![0]!.id)).toMatchObject({
    route: 'GET /items/:id',
    status: 200,
    version: '1.1.0',
    duration: expect.stringMatching(/ms$/),
    'trace id': traceId,
    'trace in the panel': `${ORIGIN}/_control/traces/${traceId}`,
  });
  expect(devtools.tree('nothing')).toEqual([]);
});

test('the timeline has the start and the end of each call, and its failure', async () => {
  await call('GET /items/:id', { params: { id: 'lost' } });
  expect(devtools.events).toMatchObject([
    { title: 'GET /items/:id', subtitle: 'start', logType: 'default' },
    {
      subtitle: expect.stringMatching(/^409 · \d+ ms$/),
      logType: 'warning',
      data: { failure: 'http_409' },
    },
  ]);
  expect(devtools.events[0]!.groupId).toBe(devtools.events[1]!.groupId);
});

test('a call to another origin gets no trace, which would cause a preflight request', async () => {
  const elsewhere = createCaller(
    { version: '1.2.0', base: '' },
    {
      baseUrl: 'https://api.example.com',
      fetch: async (request) => (sent.push(request), Response.json(1)),
    },
  );
  await elsewhere('GET /other');
  expect(sent[0]!.headers.has('traceparent')).toBe(false);
  const other = devtools.tree().find(({ id }) => id === 'GET /other')!;
  expect(facts(other.children![0]!.id)).not.toHaveProperty('trace id');
});

test('the trace that a listener of the app has set is shown and kept', async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  const own = createCaller(
    { version: '1.2.0', base: '' },
    {
      headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
      fetch: async (request) => (sent.push(request), Response.json(1)),
    },
  );
  await own('GET /items/:id', { params: { id: 'a' } });
  expect(sent[0]!.headers.get('traceparent')).toContain(traceId);
  expect(facts(devtools.tree()[0]!.children![0]!.id)).toHaveProperty('trace id', traceId);
});

test('at most 20 calls of a route are kept, newest first', async () => {
  for (let n = 0; n < 25; n++) await call('GET /items/:id', { params: { id: `n${n}` } });
  const labels = devtools.tree()[0]!.children!.map(({ label }) => label);
  expect([labels.length, labels[0], labels.at(-1)]).toEqual([20, '/items/n24', '/items/n5']);
});
