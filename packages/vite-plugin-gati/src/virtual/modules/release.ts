import path from 'node:path';
import { type Contract, sortContract } from '@gati/contract';
import { ABI } from '@gati/runtime-h3/internal';
import type { ForeignPlace } from '@gati/runtime-h3/modules/host';
import { RELEASE_ID_PLACEHOLDER } from '../../build/release-id.ts';
import { reportDiagnostics } from '../../build/report.ts';
import { printInput, printRoute } from '../../compile/print-plan.ts';
import { type CheckProgram, createCheckProgram, HELPERS } from '../../compile/check-program.ts';
import { planEffect, planRoute } from '../../compile/plan.ts';
import { toSlimContract } from '../../compile/slim-contract.ts';
import type { RouteValues, SchemaValues } from '../../compile/trust.ts';
import { toBuiltDeclaration } from '../../foreign/built-declaration.ts';
import { programsFolder } from '../../foreign/programs.ts';
import { inProcessPackage } from '@gati/runtime-h3/modules/host';
import type { ForeignModule, RouteFile, Scan } from '../../scan/types.ts';
import type { VirtualInput } from '../virtual-module.ts';
import { runtimeEntry, toImport } from '../runtime-entry.ts';
import { printMigrations } from './migrations.ts';
import { printMatch } from './route-table.ts';

interface ReleaseInput {
  root: string;
  scan: Scan;
  contract: Contract;
  /** Keyed by route id. */
  values: Readonly<Record<string, RouteValues>>;
  /** Keyed by effect name. */
  effectValues: Readonly<Record<string, SchemaValues>>;
  version: string;
  id: string;
  /** Place of foreign modules. Absent in a build. */
  place?: ForeignPlace;
}

/**
 * `virtual:gati/release`: a `ReleaseBundle` that imports all code of the app. The same app gives
 * the same text.
 *
 * @throws {GatiError} with all errors of the scan and the analysis
 */
export async function releaseModule({
  context,
  root,
  version,
  development,
}: VirtualInput): Promise<string> {
  const { scan, contract, values, effectValues, diagnostics } = await context.analysis();
  reportDiagnostics(diagnostics, () => undefined);
  return printRelease({
    root: root(),
    scan,
    contract: sortContract(contract),
    values,
    effectValues,
    version: version?.() ?? context.project.app.version,
    id: RELEASE_ID_PLACEHOLDER,
    // The development server makes its release itself, so this one is for tests.
    ...(development?.() && { place: { root: root(), programs: programsFolder() } }),
  });
}

function printRelease({
  root,
  scan,
  contract,
  values,
  effectValues,
  version,
  id,
  place,
}: ReleaseInput): string {
  const imports = createImports(root);
  const program = createCheckProgram(contract.$defs);
  const files = new Map(scan.routes.map((route) => [route.id, route]));
  const printed = contract.routes.map((route, index) => {
    const file = files.get(route.id);
    if (!file) throw new Error(`gati: the contract has ${route.id}, but no file does`);
    const code = [
      printHandler(file, imports),
      ...printGuards(file, imports),
      ...printMiddleware(file, imports),
      printRoute(
        planRoute(route, contract.$defs, program, values[route.id]),
        route,
        `c[${index}]`,
        (part) => imports.one(file.file, part),
      ),
    ];
    const place = {
      id: route.id,
      method: route.method,
      path: route.path,
      domain: route.domain,
      version: file.version,
      allowCrossSite: file.allowCrossSite,
    };
    return `route(${JSON.stringify(place)}, { ${code.join(', ')} })`;
  });
  const modules = [
    ...scan.modules.map(({ name, file }) => [name, imports.all(file)] as const),
    ...(scan.foreign ?? []).flatMap((module) => {
      const found = inProcessPackage(module);
      return found ? [[module.name, imports.package(found.name)] as const] : [];
    }),
  ].map(([name, loaded]) => `${JSON.stringify(name)}: () => ${loaded}`);
  const foreign = printForeign(scan, contract, program, place);
  const effects = scan.effects.map(({ name, file }) => {
    const index = contract.effects.findIndex((effect) => effect.name === name);
    const effect = contract.effects[index];
    const plan = effect && planEffect(effect, contract.$defs, program, effectValues[name]);
    const validator = plan?.value && imports.one(file, 'payload');
    const payload = plan
      ? `, payload: { schema: contract.effects[${index}].payload ?? {}, ${printInput(plan, validator)} }`
      : '';
    return `${JSON.stringify(name)}: { load: () => ${imports.all(file)}${payload} }`;
  });
  const migrations = scan.versions.map(
    ({ from, to, file }) =>
      `{ from: ${JSON.stringify(from)}, to: ${JSON.stringify(to)}, migration: ${imports.one(file, 'default')} }`,
  );
  const config =
    scan.config === undefined ? '' : `, config: () => ${imports.one(scan.config, 'default')}`;
  const databaseMigrations = printMigrations(root)
    .map((property) => `,\n  ${property}`)
    .join('');
  const used = HELPERS.join(', ');
  return `${imports.print()}import { ${used} } from ${runtimeEntry('checks')};
const contract = JSON.parse(${JSON.stringify(JSON.stringify(toSlimContract(contract)))});
const c = contract.routes;
${program.print()}const route = (place, code) => ({ ...place, load: () => code });
const routes = [${printed.join(',\n')}];
const match = ${printMatch(contract.routes)};
export default {
  abi: ${ABI}, version: ${JSON.stringify(version)}, id: ${JSON.stringify(id)}, contract, routes, match,
  modules: { ${modules.join(', ')} },${foreign}
  effects: { ${effects.join(', ')} }${migrations.length === 0 ? '' : `,\n  migrations: [${migrations.join(', ')}]`}${config}${databaseMigrations},
};
`;
}

/**
 * Prints the foreign modules with a check for each result. Only an app with such modules bundles
 * the code that calls them.
 */
function printForeign(
  { foreign = [] }: Scan,
  contract: Contract,
  program: CheckProgram,
  place: ForeignPlace | undefined,
): string {
  const others = foreign.filter((module) => inProcessPackage(module) === undefined);
  if (others.length === 0) return '';
  const modules = others.map((module) => {
    const index = contract.modules.findIndex(({ name }) => name === module.name);
    const methods = (contract.modules[index]!.methods ?? []).map((method, at) => {
      const check = method.output && program.check(method.output);
      const fields = [
        ...(method.idempotent ? ['idempotent: true'] : []),
        ...(method.stream ? ['stream: true'] : []),
        ...printOperation(module, method.name),
        ...(check === undefined
          ? []
          : [
              `output: { schema: contract.modules[${index}].methods[${at}].output, check: ${check} }`,
            ]),
      ];
      return `${JSON.stringify(method.name)}: { ${fields.join(', ')} }`;
    });
    const { run, ...declared } = toBuiltDeclaration(module);
    const declaration = JSON.stringify({ ...declared, ...(run && !place && { run }) });
    return `${JSON.stringify(module.name)}: { ...${declaration}, methods: { ${methods.join(', ')} } }`;
  });
  return `
  foreign: { modules: { ${modules.join(',\n')} }, load: () => import(${runtimeEntry('modules')})${place ? `, place: ${JSON.stringify(place)}` : ''} },`;
}

function printOperation({ operations }: ForeignModule, method: string): string[] {
  const operation = operations?.[method];
  return operation === undefined ? [] : [`operation: ${JSON.stringify(operation)}`];
}

function printHandler(route: RouteFile, imports: Imports): string {
  const name = imports.one(route.file, route.handler);
  return route.handler === 'socket' ? `socket: ${name}` : `handler: ${name}`;
}

function printGuards({ guards, guardPlaces }: RouteFile, imports: Imports): string[] {
  if (guards.length === 0) return [];
  return [
    `guards: [${guards.map((file) => imports.one(file, 'guard')).join(', ')}]`,
    `guardPlaces: ${JSON.stringify(guardPlaces)}`,
  ];
}

function printMiddleware({ middleware }: RouteFile, imports: Imports): string[] {
  const names = middleware.map((file) => imports.one(file, 'middleware'));
  return [
    `middleware: [${names.join(', ')}]`,
    ...(names.length > 0 ? [`middlewareFiles: ${JSON.stringify(middleware)}`] : []),
  ];
}

interface Imports {
  /** Imports one export. Returns its local name. */
  one(file: string, name: string): string;
  /** Imports the whole module. Returns its local name. */
  all(file: string): string;
  /** Imports a package of the app. Returns its local name. */
  package(name: string): string;
  /** The import statements. */
  print(): string;
}

function createImports(root: string): Imports {
  const names = new Map<string, string>();
  const use = (file: string, what: string): string =>
    useFrom(toImport(path.join(root, file)), what);
  const useFrom = (specifier: string, what: string): string => {
    const line = `import ${what} from ${specifier};`;
    const name = names.get(line) ?? `i${names.size}`;
    names.set(line, name);
    return name;
  };
  return {
    one: (file, name) => use(file, name === 'default' ? '$' : `{ ${name} as $ }`),
    all: (file) => use(file, '* as $'),
    package: (name) => useFrom(JSON.stringify(name), '* as $'),
    print: () => [...names].map(([line, name]) => `${line.replace('$', name)}\n`).join(''),
  };
}
