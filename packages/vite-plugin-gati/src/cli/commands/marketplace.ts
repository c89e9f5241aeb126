import { printTable, usageError } from '@gati/runtime-h3/command';
import { listGrants } from '../../marketplace/grants.ts';
import { type AddedModule, type Market, openMarket } from '../../marketplace/market.ts';
import { findRegistry } from '../../marketplace/registry.ts';
import { type Allowed, type Candidate, MIN_AGE } from '../../marketplace/rules.ts';
import type { Project } from '../../project.ts';
import { type Call, FINDING, OK } from '../command.ts';
import { printChecks } from '../print-checks.ts';

/** Maximum number of methods that `info` names. */
const MAX_METHODS = 30;

/** Actions of `gati modules` that use the registry of npm. */
export const MARKET_ACTIONS: readonly string[] = [
  'search',
  'info',
  'add',
  'update',
  'remove',
  'publish',
];

/** `gati modules search | info | add | update | remove | publish`. */
export async function runMarket(call: Call, project: Project): Promise<number> {
  const { args, output } = call;
  const { action, name } = args as Record<string, string | undefined>;
  if (action === 'publish') return publish(call, project.root);
  const market = openMarket({
    root: project.root,
    registry: findRegistry(project.root, process.env),
    trustRoot: args['trust-root'] as string | undefined,
    declared: project.foreign.declared,
    install: args['install'] !== false,
  });
  if (action === 'search') return search(call, market, name ?? '');
  if (action === 'update') return update(call, project, market, name);
  if (name === undefined)
    throw usageError(`\`gati modules ${action}\` needs a name`, 'See `gati modules --help`.');
  if (action === 'info') {
    const candidate = await market.inspect(name);
    for (const line of describe(candidate)) output.line(line);
    output.document(toDocument(candidate));
    return OK;
  }
  if (action === 'add') {
    const added = await market.add(name, args['as'] as string | undefined, allowedBy(args));
    for (const line of describe(added.candidate)) output.line(line);
    output.line(`added as gctx.modules.${added.name}; run \`gati generate\` for its types`);
    output.document({ added: toResult(added) });
    return OK;
  }
  const removed = await market.remove(name);
  output.line(`removed ${removed.name} (${removed.package})`);
  output.document({ removed });
  return OK;
}

async function search({ output }: Call, market: Market, text: string): Promise<number> {
  const packages = await market.search(text);
  const rows = packages.map(({ name, version, description }) => [name, version, description]);
  if (rows.length === 0) output.line('no module was found');
  else
    for (const line of printTable(
      ['package', 'version', 'description'].map((title) => ({ title })),
      rows,
      output.style,
    ))
      output.line(line);
  output.document({ packages });
  return OK;
}

/** Updates one module, or all of the marketplace. */
async function update(
  { args, output }: Call,
  project: Project,
  market: Market,
  name: string | undefined,
): Promise<number> {
  const { readPackages } = await import('../../foreign/lock.ts');
  const packages = Object.keys(readPackages(project.root));
  const isAdded = (source: string): boolean =>
    packages.some((each) => source === `npm:${each}` || source.startsWith(`npm:${each}@`));
  const names =
    name === undefined
      ? project.foreign.declared.filter(({ source }) => isAdded(source)).map((each) => each.name)
      : [name];
  const updated = [];
  for (const each of names) {
    const result = await market.update(each, allowedBy(args));
    const { described } = result.candidate;
    output.line(`${each}: ${described.name}@${described.version}`);
    for (const grant of result.changes?.grants ?? []) output.line(`  now wants ${grant}`);
    for (const { level, message } of result.changes?.contract ?? [])
      output.line(`  ${level}: ${message}`);
    updated.push(toResult(result));
  }
  if (names.length === 0) output.line('the app has no modules of the marketplace');
  output.document({ updated });
  return OK;
}

/** Checks the package of the folder, and writes the workflow that publishes it. */
async function publish({ args, output }: Call, root: string): Promise<number> {
  const { checkPackage, isModulePackage, WORKFLOW_FILE, writeWorkflow } =
    await import('../../marketplace/publish.ts');
  if (!isModulePackage(root))
    throw usageError(
      'the package.json of this folder has no field `gati`',
      'Run it in the folder of a module: docs/guide/marketplace.md describes the field.',
    );
  const wrote = args['dry-run'] !== true && writeWorkflow(root);
  const checks = await checkPackage(root);
  const isOk = printChecks(output, checks);
  if (wrote)
    output.line(
      `wrote ${WORKFLOW_FILE}: name it as trusted publisher in the settings of the package on npm, then publish a release on GitHub`,
    );
  output.document({ ok: isOk, checks, ...(wrote && { workflow: WORKFLOW_FILE }) });
  return isOk ? OK : FINDING;
}

function allowedBy(args: Call['args']): Allowed {
  const age = (args['min-age'] as string | undefined) ?? String(MIN_AGE);
  if (!/^\d{1,4}$/.test(age))
    throw usageError(`\`--min-age ${age}\` is not a number of days`, 'Use `--min-age 3`.');
  const grants = (args['grant'] as string | undefined)?.split(',').map((grant) => grant.trim());
  return { minAge: Number(age), grants: grants ?? [], major: args['allow-major'] === true };
}

function describe({ described, content, provenance }: Candidate): string[] {
  const { name, version, publishedAt, integrity } = described;
  const grants = listGrants(content.grants);
  return [
    `${name}@${version}`,
    `published   ${publishedAt === undefined ? 'unknown' : new Date(publishedAt).toISOString()}`,
    `integrity   ${integrity}`,
    provenance === undefined
      ? 'provenance  none: nothing proves where it was built'
      : `provenance  ${provenance.repository} ${provenance.workflow} ${provenance.commit}`,
    `wants       ${grants.length === 0 ? 'nothing' : grants.join(', ')}`,
    `methods     ${content.descriptor === undefined ? 'as its types say' : Object.keys(content.descriptor.methods).slice(0, MAX_METHODS).join(', ')}`,
  ];
}

const toDocument = ({ described, content, provenance }: Candidate): object => ({
  package: described.name,
  version: described.version,
  publishedAt:
    described.publishedAt === undefined ? null : new Date(described.publishedAt).toISOString(),
  integrity: described.integrity,
  provenance: provenance ?? null,
  grants: listGrants(content.grants),
  methods: content.descriptor === undefined ? null : Object.keys(content.descriptor.methods),
});

const toResult = ({ name, candidate, changes }: AddedModule): object => ({
  name,
  ...toDocument(candidate),
  ...(changes && { changes }),
});
