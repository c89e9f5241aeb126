import type { Endpoint } from '../endpoint.ts';
import { cluster } from './cluster.ts';
import { deadLetters, effects, job, jobs, redrives } from './effects.ts';
import { errors } from './errors.ts';
import { explanation } from './explain.ts';
import { lens } from './lens.ts';
import { logs, logVolume } from './logs.ts';
import { metrics } from './metrics.ts';
import { health } from './health.ts';
import { moduleContract, modules } from './modules.ts';
import { config, configDiff, scaling } from './node.ts';
import { overview } from './overview.ts';
import { playgroundRoute } from '../playground/describe-route.ts';
import { playgroundWorkspace } from '../playground/workspace.ts';
import { release, releaseDiff, releaseReach, releases } from './releases.ts';
import { routes } from './routes.ts';
import { topology } from './topology.ts';
import { trace, traces } from './traces.ts';
import { trap, traps } from './traps.ts';

/** All endpoints of the read API that respond with one JSON document. */
export const ENDPOINTS: readonly Endpoint[] = [
  overview,
  health,
  routes,
  traces,
  trace,
  traps,
  trap,
  logs,
  logVolume,
  metrics,
  errors,
  effects,
  jobs,
  job,
  deadLetters,
  redrives,
  releases,
  release,
  releaseDiff,
  releaseReach,
  lens,
  topology,
  modules,
  moduleContract,
  config,
  configDiff,
  scaling,
  cluster,
  explanation,
  playgroundRoute,
  playgroundWorkspace,
];
