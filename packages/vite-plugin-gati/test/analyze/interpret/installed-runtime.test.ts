import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  toRoute,
  toScan,
} from '../helpers/project.ts';

/** The declaration of `HttpError` in an installed runtime. */
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

test.each(ENGINES)('infers the errors of a runtime in node_modules (%s)', async (engine) => {
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
