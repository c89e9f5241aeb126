import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { Analyzer } from '../../src/analyze/analyzer.ts';
import type { Scan } from '../../src/scan/types.ts';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  type Project,
  toRoute,
  toScan,
} from './helpers/project.ts';

const SHARED = 'export interface Shared { value: string }\n';
const handler = (id: string, body: string, head = ''): string =>
  `${head}export const route = '${id}';\nexport const handler: Handler<typeof route> = async (req, res) => {\n  ${body}\n};\n`;
const FILES = {
  'src/shared.ts': SHARED,
  'src/handlers/a.ts': handler(
    'GET /a',
    'return {} as Shared;',
    "import type { Shared } from '../shared.ts';\n",
  ),
  'src/handlers/b.ts': handler('GET /b/:id', 'return { id: req.params.id };'),
};
const IDS: Record<string, string> = {
  'src/handlers/a.ts': 'GET /a',
  'src/handlers/b.ts': 'GET /b/:id',
  'src/handlers/c.ts': 'POST /c',
  'src/handlers/one.ts': 'POST /one',
  'src/handlers/two.ts': 'GET /two',
};

let open: { project: Project; analyzers: Analyzer[] } | undefined;
afterEach(async () => {
  for (const analyzer of open?.analyzers ?? []) await analyzer.close();
  open?.project.remove();
  open = undefined;
});

function start(files: Record<string, string> = FILES): Project {
  const project = makeProject(files);
  open = { project, analyzers: [] };
  return project;
}

async function analyzerOf(
  project: Project,
  options: Parameters<typeof openAnalyzer>[1],
): Promise<Analyzer> {
  const analyzer = await openAnalyzer(project, options);
  open!.analyzers.push(analyzer);
  return analyzer;
}

function scanOf(project: Project): Scan {
  const names = readdirSync(join(project.root, 'src/handlers')).sort();
  return toScan(
    names.map((name) => {
      const file = `src/handlers/${name}`;
      return toRoute(file, readFileSync(join(project.root, file), 'utf8'), IDS[file]!);
    }),
  );
}

describe.each(ENGINES)('ProjectAnalyzer (%s)', (engine) => {
  test('follows edited, new and removed handlers, and edited types', async () => {
    const project = start();
    const analyzer = await analyzerOf(project, { engine });
    const first = scanOf(project);
    await analyzer.analyze(first);
    const [a, b] = first.routes;

    project.write(
      'src/handlers/b.ts',
      handler('GET /b/:id', 'res.status = 201; return { changed: "yes" };'),
    );
    expect(analyzer.invalidate(['src/handlers/b.ts'])).toEqual(['src/handlers/b.ts']);
    const edited = await analyzer.route(b!);
    expect(printed(edited.contract.responses, edited.$defs)).toEqual({ 201: "{ changed: 'yes' }" });
    expect(edited.dependencies).toEqual(['src/handlers/b.ts']);

    project.write('src/shared.ts', 'export interface Shared { value: string; more: number }\n');
    expect(analyzer.invalidate(['src/shared.ts'])).toEqual(['src/handlers/a.ts']);
    const other = await analyzer.route(a!);
    expect(other.$defs['Shared']?.required).toEqual(['value', 'more']);
    expect(other.dependencies).toEqual(['src/handlers/a.ts', 'src/shared.ts']);

    project.write(
      'src/handlers/c.ts',
      handler('POST /c', 'return { q: req.body.q };', 'export type Body = { q: number };\n'),
    );
    expect(analyzer.invalidate(['src/handlers/c.ts'])).toEqual([]);
    const second = scanOf(project);
    const added = await analyzer.route(second.routes[2]!);
    expect(printed(added.contract.responses, added.$defs)).toEqual({ 200: '{ q: number }' });
    expect(added.contract.body?.schema).toEqual({
      type: 'object',
      properties: { q: { type: 'number' } },
      required: ['q'],
    });

    const { contract } = await analyzer.analyze(
      toScan(second.routes.filter(({ file }) => file !== 'src/handlers/a.ts')),
    );
    expect(contract.routes.map(({ id }) => id)).toEqual(['GET /b/:id', 'POST /c']);
  });

  test('analyses a route again when a missing import is created', async () => {
    const project = start({
      'src/handlers/b.ts': handler(
        'GET /b/:id',
        'return later();',
        "import { later } from '../later.ts';\n",
      ),
    });
    const analyzer = await analyzerOf(project, { engine });
    const [b] = scanOf(project).routes;
    const before = await analyzer.route(b!);
    expect(before.warnings.map(({ code }) => code)).toEqual(['TS2307']);
    project.write('src/later.ts', 'export const later = () => ({ now: "here" as const });\n');
    expect(analyzer.invalidate(['src/later.ts'])).toEqual(['src/handlers/b.ts']);
    const after = await analyzer.route(b!);
    expect(printed(after.contract.responses, after.$defs)).toEqual({ 200: "{ now: 'here' }" });
  });

  test.each([
    ['../lib/dep', 'src/lib/dep/index.ts', 'src/lib/dep.ts'],
    ['../lib/dep', 'src/lib/dep.js', 'src/lib/dep.ts'],
    ['@lib/dep', 'src/two/dep.ts', 'src/one/dep.ts'],
  ])(
    'analyses a route again when the import %s no longer resolves to %s',
    async (specifier, first, second) => {
      const project = start({
        'tsconfig.json': JSON.stringify({
          compilerOptions: {
            strict: true,
            allowJs: true,
            module: 'esnext',
            target: 'esnext',
            moduleResolution: 'bundler',
            paths: { '@lib/*': ['./src/one/*', './src/two/*'] },
          },
          include: ['src'],
        }),
        'src/handlers/b.ts': handler(
          'GET /b/:id',
          'return dep();',
          `import { dep } from '${specifier}';\n`,
        ),
      });
      const analyzer = await analyzerOf(project, { engine });
      const [b] = scanOf(project).routes;
      const responses = async (file: string): Promise<Record<string, string>> => {
        expect(analyzer.invalidate([file])).toEqual(['src/handlers/b.ts']);
        const { contract, $defs } = await analyzer.route(b!);
        return printed(contract.responses, $defs);
      };
      await analyzer.route(b!);
      const text = (name: string): string => `export const dep = () => ({ ${name}: true });\n`;
      project.write(first, text('first'));
      expect(await responses(first)).toEqual({ 200: '{ first: boolean }' });
      project.write(second, text('second'));
      expect(await responses(second)).toEqual({ 200: '{ second: boolean }' });
      rmSync(join(project.root, second));
      expect(await responses(second)).toEqual({ 200: '{ first: boolean }' });
      rmSync(join(project.root, first));
      await responses(first);
      project.write(second, text('again'));
      expect(await responses(second)).toEqual({ 200: '{ again: boolean }' });
    },
  );

  test('reads one contract before the rest of the app, and again after it', async () => {
    const project = start({
      'src/handlers/one.ts': handler('POST /one', 'return { stamp: 1 as unknown as Stamp };'),
      'src/handlers/two.ts': handler(
        'GET /two',
        'return null as unknown as Stamp;',
        'declare global { interface Stamp { two: number } }\n',
      ),
      'src/stamp.d.ts': 'interface Stamp { one: string }\n',
      'tsconfig.json': '{ "compilerOptions": { "strict": true }, "include": ["src"] }',
    });
    const cacheDir = join(project.root, '.gati/cache');
    const analyzer = await analyzerOf(project, { engine, cacheDir });
    analyzer.register(scanOf(project));
    const one = scanOf(project).routes.find(({ id }) => id === 'POST /one')!;
    const part = await analyzer.route(one);
    expect(part.$defs['Stamp']?.properties).toEqual({ one: { type: 'string' } });
    expect(await analyzer.complete()).toEqual(['src/handlers/one.ts']);
    expect((await analyzer.route(one)).$defs['Stamp']?.properties).toEqual({
      one: { type: 'string' },
      two: { type: 'number' },
    });
    expect(await analyzer.complete()).toEqual([]);
  });

  test('reads a route together with the route that its types name', async () => {
    const project = start({
      'src/handlers/one.ts':
        "export const route = 'POST /one';\nexport type Body = { amount: number };\nexport const handler = () => 'one' as const;\n",
      'src/handlers/two.ts': handler(
        'GET /two',
        "return null as unknown as Req<'POST /one'>['body'];",
      ),
    });
    const analyzer = await analyzerOf(project, { engine });
    analyzer.register(scanOf(project));
    const two = scanOf(project).routes.find(({ id }) => id === 'GET /two')!;
    const { contract, $defs } = await analyzer.route(two);
    expect(printed(contract.responses, $defs)).toEqual({ 200: 'Body' });
  });

  test('takes unchanged results from the cache without starting a compiler', async () => {
    const project = start();
    const cacheDir = join(project.root, '.gati/cache');
    const first = await analyzerOf(project, { engine, cacheDir });
    const cold = await first.analyze(scanOf(project));
    await first.close();
    expect(existsSync(join(cacheDir, 'contracts.tsv'))).toBe(true);

    const second = await analyzerOf(project, { engine, cacheDir });
    const warm = await second.analyze(scanOf(project));
    expect(warm).toEqual(cold);
    expect((second as unknown as { compilerStarted: boolean }).compilerStarted).toBe(false);

    project.write('src/shared.ts', 'export interface Shared { value: number }\n');
    const third = await analyzerOf(project, { engine, cacheDir });
    const changed = await third.analyze(scanOf(project));
    expect(changed.contract.$defs['Shared']?.properties).toEqual({ value: { type: 'number' } });
  });

  test('does not cache an old contract with an edit that is not reported yet', async () => {
    const project = start();
    const cacheDir = join(project.root, '.gati/cache');
    const analyzer = await analyzerOf(project, { engine, cacheDir });
    const scan = scanOf(project);
    analyzer.register(scan);
    // The compiler reads the route now. The result goes to the cache with the whole app.
    await analyzer.route(scan.routes[1]!);
    project.write('src/handlers/b.ts', handler('GET /b/:id', 'return { changed: "yes" };'));
    await analyzer.complete();
    analyzer.invalidate(['src/handlers/b.ts']);
    const edited = await analyzer.route(scan.routes[1]!);
    expect(printed(edited.contract.responses, edited.$defs)).toEqual({ 200: "{ changed: 'yes' }" });
  });

  test('caches no contract for a configuration that was edited while it ran', async () => {
    const config = (folder: string): string =>
      JSON.stringify({
        extends: './tsconfig.base.json',
        compilerOptions: { strict: true, paths: { '@dto': [`./src/${folder}.ts`] } },
        include: ['src'],
      });
    const base = (jsx: string): string => JSON.stringify({ compilerOptions: { jsx } });
    const project = start({
      'src/handlers/two.ts': handler('GET /two', 'return res.json(1);'),
      'src/one.ts': 'export interface Dto { one: string }\n',
      'src/two.ts': 'export interface Dto { two: string }\n',
      'src/handlers/one.ts':
        "import type { Dto } from '@dto';\nexport const route = 'POST /one';\nexport type Body = Dto;\nexport const handler = () => 'x' as const;\n",
      'tsconfig.json': config('one'),
      'tsconfig.base.json': base('preserve'),
    });
    const cacheDir = join(project.root, '.gati/cache');
    const body = async (analyzer: Analyzer): Promise<string[]> => {
      const { contract } = await analyzer.analyze(scanOf(project));
      return JSON.stringify(contract).match(/(?:one|two)(?=":\{"type":"string")/g) ?? [];
    };
    const first = await analyzerOf(project, { engine, cacheDir });
    expect(await body(first)).toEqual(['one']);
    project.write('tsconfig.json', config('two'));
    first.invalidate(['tsconfig.json']);
    expect(await body(first)).toEqual(['two']);
    await first.close();
    expect(await body(await analyzerOf(project, { engine, cacheDir }))).toEqual(['two']);
    project.write('tsconfig.json', config('one'));
    const again = await analyzerOf(project, { engine, cacheDir });
    expect(await body(again)).toEqual(['one']);
    expect((again as unknown as { compilerStarted: boolean }).compilerStarted).toBe(false);
  });

  test('ignores a damaged cache', async () => {
    const project = start();
    const cacheDir = join(project.root, '.gati/cache');
    const first = await analyzerOf(project, { engine, cacheDir });
    const cold = await first.analyze(scanOf(project));
    await first.close();
    const file = join(cacheDir, 'contracts.tsv');
    const text = readFileSync(file, 'utf8');
    for (const broken of [
      '',
      '{',
      'null',
      text.slice(0, text.length / 2),
      text.replaceAll('"files":', '"f":'),
      text.replaceAll('"result":', '"r":'),
    ]) {
      writeFileSync(file, broken);
      const again = await analyzerOf(project, { engine, cacheDir });
      expect(await again.analyze(scanOf(project))).toEqual(cold);
      await again.close();
    }
  });

  test('reports places in the file on disk, not in the annotated text', async () => {
    const text =
      "export const route = 'GET /b/:id';\nexport async function handler(req, res) { res.status = Number(req.params.id); return { ok: 'y' }; }\n";
    const project = start({ 'src/handlers/b.ts': text });
    const analyzer = await analyzerOf(project, { engine });
    const { warnings } = await analyzer.analyze(scanOf(project));
    const column = text.split('\n')[1]!.indexOf('res.status =') + 1;
    expect(warnings).toMatchObject([
      { code: 'GATI_STATUS_UNKNOWN', file: 'src/handlers/b.ts', line: 2, column },
    ]);
  });

  test('uses the tsconfig of the project, but always in strict mode', async () => {
    const project = start({
      'tsconfig.json':
        '{ "compilerOptions": { "paths": { "#lib/*": ["./lib/*"] }, "module": "esnext", "moduleResolution": "bundler", "target": "esnext", "strict": false }, "include": ["src"] }',
      'lib/thing.ts':
        'export function thing(): { deep: string | null; at: Stamp } { return { deep: null, at: { stamp: 1 } }; }\n',
      'src/globals.d.ts': 'interface Stamp { stamp: number }\n',
      'src/handlers/b.ts': handler(
        'GET /b/:id',
        'return thing();',
        "import { thing } from '#lib/thing.ts';\n",
      ),
    });
    const analyzer = await analyzerOf(project, { engine });
    const { contract, warnings } = await analyzer.analyze(scanOf(project));
    expect(warnings).toEqual([]);
    expect(printed(contract.routes[0]!.responses, contract.$defs)).toEqual({
      200: '{ deep: string | null; at: Stamp }',
    });
  });

  test('analyses a requested route before the rest of the app', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `src/handlers/n${n}.ts`,
        handler(`GET /n${n}`, 'return { ok: "y" };'),
      ]),
    );
    const project = start(files);
    const analyzer = await analyzerOf(project, { engine });
    const routes = Object.entries(files).map(([file, text], n) =>
      toRoute(file, text, `GET /n${n}`),
    );
    const order: string[] = [];
    const all = analyzer.analyze(toScan(routes), ({ contract }) => order.push(contract.id));
    const urgent = analyzer.route(routes[39]!).then(() => order.push('urgent'));
    await Promise.all([all, urgent]);
    expect(order.indexOf('urgent')).toBeLessThan(order.length - 2);
  });
});
