import { RUN_METHOD } from '@gati/runtime-h3/telemetry';
import type { Topology } from '../../api/topology.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange, wholeStep } from '../query.ts';
import { buildTopology } from '../topology/build-topology.ts';
import { sampleTraces } from '../topology/sample-traces.ts';

/** The parts of the app and the calls between them. */
export const topology: Endpoint = defineEndpoint(
  'topology',
  ['from', 'to'],
  async ({ source, app, now }, query): Promise<Topology> => {
    const range = toRange(query, now);
    const step = wholeStep(range);
    const [requests, runs, traces] = await Promise.all([
      source.metrics({ ...range, step }),
      source.metrics({ ...range, step, method: RUN_METHOD }),
      sampleTraces(source, range),
    ]);
    return buildTopology(app, [...requests, ...runs], traces);
  },
);
