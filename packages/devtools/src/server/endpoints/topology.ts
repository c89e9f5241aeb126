import type { Topology } from '../../api/topology.ts';
import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { toRange, toStep } from '../query.ts';
import { buildTopology } from '../topology/build-topology.ts';
import { sampleTraces } from '../topology/sample-traces.ts';

/** The parts of the app and the calls between them. */
export const topology: Endpoint = defineEndpoint(
  'topology',
  ['from', 'to'],
  async ({ source, app, now }, query): Promise<Topology> => {
    const range = toRange(query, now);
    const [points, traces] = await Promise.all([
      source.metrics({ ...range, step: toStep(range) }),
      sampleTraces(source, range),
    ]);
    return buildTopology(app, points, traces);
  },
);
