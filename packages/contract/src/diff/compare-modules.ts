import { sortContract } from '../assemble/sort-contract.ts';
import type { Contract, MethodContract, ModuleContract } from '../contract.ts';
import type { Change, DiffPolicy } from './change.ts';
import { createReporters, type Reporter } from './reporter.ts';

/** The part of a contract that describes modules. */
type Compared = Pick<Contract, 'modules' | '$defs'>;

/** Types count as the bytes on the wire, which modules in other languages see. */
const WIRE: DiffPolicy = { strictness: 'wire' };

/**
 * Compares two contracts of one foreign module, as the app that calls it sees them: it sends the
 * input and receives the output. A change of the level `major` can break the app.
 */
export function diffModules(old: Compared, now: Compared): Change[] {
  const changes: Change[] = [];
  compareForeign(toContract(old), toContract(now), WIRE, changes);
  return changes;
}

/**
 * Reports the changes of foreign modules. Clients of the app can't notice them, so each is at most a
 * patch.
 */
export function compareModules(
  before: Compared,
  after: Compared,
  policy: DiffPolicy,
  changes: Change[],
): void {
  const found: Change[] = [];
  compareForeign(before, after, { ...policy, ...WIRE }, found);
  changes.push(...found.map((change): Change => ({ ...change, level: 'patch' })));
}

const toContract = ({ modules, $defs }: Compared): Contract =>
  sortContract({ routes: [], effects: [], modules, $defs });

function compareForeign(
  before: Compared,
  after: Compared,
  policy: DiffPolicy,
  changes: Change[],
): void {
  const reporterOf = createReporters(before.$defs, after.$defs, policy, changes);
  const isForeign = ({ source }: ModuleContract): boolean => source !== undefined;
  const [old, now] = [before.modules.filter(isForeign), after.modules.filter(isForeign)];
  const byName = new Map(now.map((module) => [module.name, module]));
  for (const module of old) {
    const reporter = reporterOf(`module ${module.name}`);
    const other = byName.get(module.name);
    byName.delete(module.name);
    if (other) compareModule(reporter, module, other);
    else reporter.report('module-removed', '');
  }
  for (const name of byName.keys()) reporterOf(`module ${name}`).report('module-added', '');
}

function compareModule(reporter: Reporter, before: ModuleContract, after: ModuleContract): void {
  if (before.source !== after.source)
    reporter.report('module-source-changed', '', {
      before: before.source ?? '',
      after: after.source ?? '',
    });
  const methods = new Map(after.methods?.map((method) => [method.name, method]));
  for (const method of before.methods ?? []) {
    const other = methods.get(method.name);
    methods.delete(method.name);
    if (other) compareMethod(reporter, method, other);
    else reporter.report('method-removed', method.name, { name: method.name });
  }
  for (const name of methods.keys()) reporter.report('method-added', name, { name });
}

function compareMethod(reporter: Reporter, before: MethodContract, after: MethodContract): void {
  const { name } = before;
  if (before.stream !== after.stream)
    reporter.report('method-stream-changed', name, { after: after.stream ? 'stream' : '' });
  if (before.idempotent !== after.idempotent)
    reporter.report('method-retries-changed', name, { after: after.idempotent ? 'yes' : '' });
  // A method without an input ignores what it gets.
  if (after.input) reporter.compare('request', before.input ?? {}, after.input, `${name}/input`);
  if (before.output ?? after.output)
    reporter.compare('response', before.output ?? {}, after.output ?? {}, `${name}/output`);
}
