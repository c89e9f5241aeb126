import { printTable, usageError } from '@gati/runtime-h3/command';
import { regionNames } from '../../config/regions.ts';
import { findLive } from '../../plan/live-state.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { readAllRegions } from '../read-app.ts';
import { readDeployed } from '../read-deployed.ts';
import { toDiagnostic } from '../reporter.ts';

const COLUMNS = ['region', 'version', 'pods', 'release', ''].map((title) => ({ title }));

interface RegionState {
  region: string;
  version: string | null;
  release: string | null;
  ready: number;
  replicas: number;
  /** Why the region can't be read. */
  error?: string;
}

/** `gati-deploy regions [ENV]`: lists what each region serves. */
export async function run(call: Call): Promise<number> {
  const { words, reporter } = call;
  const names = regionNames(readAllRegions(call, words[0]).settings);
  if (names.length === 0)
    throw usageError(
      'this environment has no regions',
      'Describe them in `regions` of gati.deploy.yaml.',
    );
  const regions: RegionState[] = [];
  // Regions are read one after another, because opening a cloud sets environment variables.
  for (const region of names) regions.push(await readRegion(call, region));
  const rows = regions.map(({ region, version, ready, replicas, release, error }) => [
    region,
    version ?? '–',
    `${ready}/${replicas}`,
    release ?? '–',
    error ?? '',
  ]);
  for (const line of printTable(COLUMNS, rows, reporter.style)) reporter.line(line);
  const releases = new Set(regions.map(({ release }) => release));
  const isSame = releases.size === 1 && !releases.has(null);
  const isWell = regions.every(({ ready, replicas, error }) => !error && ready >= replicas);
  if (!isSame) reporter.warn('the regions serve different releases');
  reporter.document({ regions, isSame });
  return isSame && isWell ? OK : FINDING;
}

/** Reads one region. A region that does not respond is a finding, because the others may serve. */
async function readRegion(call: Call, region: string): Promise<RegionState> {
  const none = { region, version: null, release: null, ready: 0, replicas: 0 };
  try {
    const options = { ...call.options, region };
    const { state } = await readDeployed({ ...call, options }, call.words[0]);
    const live = findLive(state);
    if (!live) return { ...none, error: 'not deployed' };
    const { version, release, ready, replicas } = live;
    return { region, version, release, ready, replicas };
  } catch (error) {
    return { ...none, error: toDiagnostic(error).message };
  }
}
