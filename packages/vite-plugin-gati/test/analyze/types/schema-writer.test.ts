import { sortSchema } from '@gati/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { AnalyzedRoute, Analyzer } from '../../../src/analyze/analyzer.ts';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  type Project,
  toRoute,
  toScan,
} from '../helpers/project.ts';
import { TYPES } from './cases.ts';

const routes = TYPES.map(({ before = '', type }, index) => {
  const id = `POST /t${index}`;
  const text = `export const route = '${id}';\n${before}\nexport type Body = ${type};\nexport const handler: Handler<typeof route> = () => {};\n`;
  const file = `src/handlers/t${index}.ts`;
  return { text, route: toRoute(file, text, id) };
});

const results: Record<string, AnalyzedRoute[]> = {};

describe.each(ENGINES)('schemas of types (%s)', (engine) => {
  let project: Project;
  let analyzer: Analyzer;
  beforeAll(async () => {
    project = makeProject(Object.fromEntries(routes.map(({ route, text }) => [route.file, text])));
    analyzer = await openAnalyzer(project, { engine });
    const done: AnalyzedRoute[] = [];
    await analyzer.analyze(toScan(routes.map(({ route }) => route)));
    for (const { route } of routes) done.push(await analyzer.route(route));
    results[engine] = done;
  });
  afterAll(async () => {
    await analyzer.close();
    project.remove();
  });
  test.each(TYPES.map((each, index) => ({ ...each, index })))(
    'are written for $name',
    ({ index, schema, defs, warnings = [] }) => {
      const { contract, $defs, warnings: found } = results[engine]![index]!;
      expect([...new Set(found.map(({ code }) => code))]).toEqual([...new Set(warnings)]);
      const text = JSON.stringify({
        schema: contract.body && sortSchema(contract.body.schema),
        defs: Object.fromEntries(
          Object.entries($defs).map(([name, each]) => [name, sortSchema(each)]),
        ),
      }).replaceAll(/(Flags)_[0-9a-f]{6}/g, '$1_HASH');
      const actual = JSON.parse(text) as { schema: unknown; defs: Record<string, unknown> };
      if (schema === 'ANY') return;
      expect(actual.schema).toEqual(schema);
      if (index === TYPES.findIndex(({ name }) => name === 'recursive alias'))
        expect(JSON.stringify(actual.defs)).toContain('"#/$defs/Json"');
      else expect(actual.defs).toEqual(defs ?? {});
    },
  );
});

test('both compilers give the same schemas of types', () => {
  const [a, b] = ENGINES.map((engine) =>
    results[engine]!.map(({ contract, $defs }) => ({ contract, $defs })),
  );
  expect(a).toEqual(b);
});
