import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  toRoute,
  toScan,
} from '../helpers/project.ts';

/** The runtime as an app has it installed. */
const source = readFileSync(
  new URL('../../../../runtime-h3/src/app/response/http-error.ts', import.meta.url),
  'utf8',
);
const declaration = `export declare class HttpError${source.slice(source.indexOf('<\n  Status'), source.indexOf('  constructor('))}  constructor(status: Status, code: Code, details?: Details, options?: ErrorOptions);\n}\nexport {};\n`;
const RUNTIME = {
  'node_modules/@gati/runtime-h3/package.json':
    '{ "name": "@gati/runtime-h3", "type": "module", "exports": { ".": { "types": "./dist/index.d.mts" } } }',
  'node_modules/@gati/runtime-h3/dist/index.d.mts': declaration,
};

const CODE = `
import { HttpError } from '@gati/runtime-h3';
export { HttpError as Failure } from '@gati/runtime-h3';
import { Wrapped } from '../lib.ts';
class Missing extends HttpError<404, { what: string }> { constructor(what: string) { super(404, 'missing', { what }); } }
declare function find(id: string): Promise<Missing | HttpError<410, { at: number }, 'gone'> | string>;
export const route = 'GET /r/:id';
export const handler: Handler<typeof route> = async (req, res) => {
  if (req.params.id === '1') throw new Missing('a');
  if (req.params.id === '2') throw new Wrapped(423, 'locked');
  const found = await find(req.params.id);
  if (typeof found !== 'string') throw found;
  try {
    throw new HttpError(409, 'inner');
  } catch (error) {
    if (error instanceof HttpError && error.status === 409) { res.status = 202; return { seen: error.code }; }
    throw error;
  }
};
`;

test.each(ENGINES)('errors of the installed runtime, %s', async (engine) => {
  const project = makeProject({
    ...RUNTIME,
    'src/lib.ts':
      "import { HttpError as Base } from '@gati/runtime-h3';\nexport class Wrapped extends Base {}\n",
    'src/handlers/r.ts': CODE,
  });
  const analyzer = await openAnalyzer(project, { engine });
  const { contract, warnings } = await analyzer.analyze(
    toScan([toRoute('src/handlers/r.ts', CODE, 'GET /r/:id')]),
  );
  await analyzer.close();
  project.remove();
  const problem = (status: number, code: string, rest = ''): string =>
    `application/problem+json { type: string; title: string; status: ${status}; code: ${code}${rest} }`;
  expect(warnings).toEqual([]);
  expect(printed(contract.routes[0]!.responses, {})).toEqual({
    202: "{ seen: 'inner' }",
    404: "application/problem+json { type: string; title: string; status: 404; code: 'missing'; what: 'a' } | { type: string; title: string; status: 404; code: string; what: string }",
    410: problem(410, "'gone'", '; at: number'),
    423: problem(423, "'locked'"),
  });
});

describe.each(ENGINES)('what was tested narrows what is sent, %s', (engine) => {
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
  test.each(Object.entries(CASES))('%s', async (name, [code, responses]) => {
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
  });
});
