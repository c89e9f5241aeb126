import { describe, expect, test } from 'vitest';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  toRoute,
  toScan,
} from '../helpers/project.ts';

describe.each(ENGINES)('bodies narrowed by an earlier test (%s)', (engine) => {
  const CASES: Record<string, [code: string, expect: Record<string, string>]> = {
    'a discriminant': [
      'res.status = r.ok ? 200 : 404; return r;',
      { 200: '{ ok: true; user: string }', 404: "{ ok: false; reason: 'banned' | 'missing' }" },
    ],
    'a literal': [
      "res.status = r.kind === 'a' ? 201 : 409; return res.json(r);",
      {
        201: "{ kind: 'a'; a: number }",
        409: "{ kind: 'b'; b: number } | { kind: 'c'; c: number }",
      },
    ],
    'a switch': [
      "switch (r.kind) { case 'a': res.status = 201; break; case 'b': res.status = 202; break; default: res.status = 409; } return r;",
      {
        201: "{ kind: 'a'; a: number }",
        202: "{ kind: 'b'; b: number }",
        409: "{ kind: 'c'; c: number }",
      },
    ],
    null: [
      'res.status = r ? 200 : 404; return { value: r };',
      { 200: '{ value: string }', 404: '{ value: string | null }' },
    ],
  };
  test.each(Object.entries(CASES))(
    'are paired with their status after a test of %s',
    async (name, [code, responses]) => {
      const type =
        {
          'a discriminant':
            "{ ok: true; user: string } | { ok: false; reason: 'missing' | 'banned' }",
          null: 'string | null',
        }[name] ?? "{ kind: 'a'; a: number } | { kind: 'b'; b: number } | { kind: 'c'; c: number }";
      const text = `declare function get(): Promise<${type}>;\nexport const route = 'GET /n';\nexport const handler: Handler<typeof route> = async (req, res) => { const r = await get(); ${code} };\n`;
      const project = makeProject({ 'src/handlers/n.ts': text });
      const analyzer = await openAnalyzer(project, { engine });
      const { contract, warnings } = await analyzer.analyze(
        toScan([toRoute('src/handlers/n.ts', text, 'GET /n')]),
      );
      await analyzer.close();
      project.remove();
      expect(warnings).toEqual([]);
      expect(printed(contract.routes[0]!.responses, {})).toEqual(responses);
    },
  );
});
