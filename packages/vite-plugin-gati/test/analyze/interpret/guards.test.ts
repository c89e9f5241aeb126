import { describe, expect, test } from 'vitest';
import {
  ENGINES,
  makeProject,
  openAnalyzer,
  printed,
  toRoute,
  toScan,
} from '../helpers/project.ts';

const head = "import { HttpError } from '@gati/runtime-h3';\n";
const problem = (status: number, code: string): string =>
  `application/problem+json { type: string; title: string; status: ${status}; code: ${code} }`;

const CASES: {
  name: string;
  guard: string;
  /** Text behind the handler. */
  more?: string;
  expect: Record<string, string>;
  warnings?: string[];
}[] = [
  {
    name: 'has a type',
    guard:
      "export const guard: Guard = async (req) => { if (!req.headers.authorization) throw new HttpError(401, 'who'); return { user: 1 }; };",
    expect: { 200: "{ ok: 'y' }", 401: problem(401, "'who'"), 404: problem(404, "'none'") },
    warnings: ['GATI_GUARD_UNTYPED'],
  },
  {
    name: 'has a type and declares its fields',
    guard:
      "export type Local = { user: number };\nexport const guard: Guard = async (req) => { if (!req.headers.authorization) throw new HttpError(401, 'who'); return { user: 1 }; };",
    expect: { 200: "{ ok: 'y' }", 401: problem(401, "'who'"), 404: problem(404, "'none'") },
  },
  {
    name: 'has a type and returns nothing',
    guard:
      "export const guard: Guard = async (req) => { const ids = [1].map((id) => { return id; }); if (ids.length > 1) return; throw new HttpError(401, 'who'); };",
    expect: { 200: "{ ok: 'y' }", 401: problem(401, "'who'"), 404: problem(404, "'none'") },
  },
  {
    name: 'has the type of another folder',
    guard:
      "export const guard = (async (req) => { if (!req.cookies.sid) throw new HttpError(401, 'who'); }) satisfies Guard<'/sub'>;",
    expect: { 200: "{ ok: 'y' }", 401: problem(401, "'who'"), 404: problem(404, "'none'") },
    warnings: ['GATI_HANDLER_ROUTE'],
  },
  {
    name: 'is made by a function of the project',
    guard:
      "const needs = (role: 'a' | 'b') => async (req: GuardRequest) => { if (req.cookies.role !== role) throw new HttpError(403, 'role'); return { role }; };\nexport const guard = needs('a') satisfies Guard;",
    expect: { 200: "{ ok: 'y' }", 403: problem(403, "'role'"), 404: problem(404, "'none'") },
  },
  {
    name: 'is made by code that cannot be followed',
    guard: 'declare const made: { guard: Guard };\nexport const guard = made.guard;',
    expect: { 200: "{ ok: 'y' }", 404: problem(404, "'none'") },
    warnings: ['GATI_RESPONSE_UNKNOWN'],
  },
  {
    name: 'satisfies the type',
    guard:
      "export const guard = (async (req, gctx, lctx) => { if (lctx.client.ip === '') throw new HttpError(403, 'ip'); }) satisfies Guard;",
    expect: { 200: "{ ok: 'y' }", 403: problem(403, "'ip'"), 404: problem(404, "'none'") },
  },
  {
    name: 'has no types and calls a function that throws',
    guard:
      "function limit(ip: string) { if (ip) throw new HttpError(429, 'slow'); }\nexport async function guard(req, gctx, lctx) { limit(lctx.client.ip); if (req.headers.x === '1') throw new HttpError(403, 'not_you'); return { a: 1 }; }",
    expect: {
      200: "{ ok: 'y' }",
      403: problem(403, "'not_you'"),
      404: problem(404, "'none'"),
      429: problem(429, "'slow'"),
    },
  },
  {
    name: 'imports HttpError from the plugin',
    guard:
      "import { HttpError as Problem } from 'vite-plugin-gati/runtime';\nexport const guard = (async (req) => { if (!req.cookies.sid) throw new Problem(403, 'no', undefined, { headers: { a: 'b' } }); }) satisfies Guard;",
    expect: { 200: "{ ok: 'y' }", 403: problem(403, "'no'"), 404: problem(404, "'none'") },
  },
  {
    name: 'throws a status that the handler throws too',
    guard:
      "export const guard = (async (req) => { if (!req.cookies.sid) throw new HttpError(404, 'hidden'); }) satisfies Guard;",
    expect: {
      200: "{ ok: 'y' }",
      404: `${problem(404, "'hidden'")} | ${problem(404, "'none'").replace('application/problem+json ', '')}`,
    },
  },
  {
    name: 'throws a status that the handler does not declare',
    guard:
      "export const guard = (async (req) => { if (!req.cookies.sid) throw new HttpError(401, 'who'); }) satisfies Guard;",
    more: "export type Responses = { 200: { ok: string }; 404: { type: string; title: string; status: 404; code: 'none' } };",
    expect: {
      200: '{ ok: string }',
      401: problem(401, "'who'"),
      404: problem(404, "'none'"),
    },
  },
];

describe.each(ENGINES)('errors of a guard (%s)', (engine) => {
  test.each(CASES)(
    'are in the contract if the guard $name',
    async ({ guard, more = '', expect: responses, warnings = [] }) => {
      const handler = `${head}export const route = 'GET /m/:id';\nexport const handler: Handler<typeof route> = async (req, res) => { if (req.params.id === '0') throw new HttpError(404, 'none'); return { ok: 'y' }; };\n${more}`;
      const project = makeProject({
        'src/handlers/_guard.ts': head + guard,
        'src/handlers/sub/m.ts': handler,
      });
      const analyzer = await openAnalyzer(project, { engine });
      const route = {
        ...toRoute('src/handlers/sub/m.ts', handler, 'GET /m/:id'),
        guards: ['src/handlers/_guard.ts'],
      };
      const result = await analyzer.analyze(toScan([route]));
      const { dependencies } = await analyzer.route(route);
      await analyzer.close();
      project.remove();
      expect({
        responses: printed(result.contract.routes[0]!.responses, {}),
        warnings: result.warnings.map(({ code }) => code),
      }).toEqual({ responses, warnings });
      expect(dependencies).toContain('src/handlers/_guard.ts');
    },
  );

  test('adds the errors of a guard to the contract of a WebSocket route', async () => {
    const files = {
      'src/handlers/_guard.ts': `${head}export const guard = (async (req) => { if (!req.cookies.sid) throw new HttpError(401, 'who'); return { user: req.cookies.sid }; }) satisfies Guard;`,
      'src/handlers/live.ts':
        "export const route = 'WS /live';\nexport const socket: Socket<typeof route> = { open: (peer) => peer.send(peer.lctx.user) };",
    };
    const project = makeProject(files);
    const analyzer = await openAnalyzer(project, { engine });
    const route = {
      ...toRoute('src/handlers/live.ts', files['src/handlers/live.ts'], 'WS /live'),
      guards: ['src/handlers/_guard.ts'],
    };
    const { contract, warnings } = await analyzer.analyze(toScan([route]));
    await analyzer.close();
    project.remove();
    expect({ responses: printed(contract.routes[0]!.responses, {}), warnings }).toEqual({
      responses: { 401: problem(401, "'who'") },
      warnings: [],
    });
  });

  test('what a guard returns is typed in the responses of its routes', async () => {
    const files = {
      'src/handlers/_guard.ts': `${head}interface User { id: string; admin: boolean }
declare function find(sid: string | undefined): Promise<User | undefined>;
export async function guard(req, gctx) {
  const user = await find(req.cookies.sid);
  if (user === undefined) throw new HttpError(401, 'who');
  return { user };
}`,
      'src/handlers/_middleware.ts':
        "export type State = { tenant: { name: string } };\nexport async function middleware(req, res, gctx, lctx, next) { lctx.state.set('tenant', { name: lctx.user.id }); return next(); }",
      'src/handlers/me.ts':
        "export const route = 'GET /me';\nexport function handler(req, res, gctx, lctx) { return { me: lctx.user, tenant: lctx.state.get('tenant') }; }",
    };
    const project = makeProject(files);
    const analyzer = await openAnalyzer(project, { engine });
    const route = {
      ...toRoute('src/handlers/me.ts', files['src/handlers/me.ts'], 'GET /me'),
      guards: ['src/handlers/_guard.ts'],
      middleware: ['src/handlers/_middleware.ts'],
    };
    const scan = toScan([route]);
    scan.folders.find(({ role }) => role === 'middleware')!.types.push('State');
    const { contract, warnings } = await analyzer.analyze(scan);
    await analyzer.close();
    project.remove();
    expect({ responses: printed(contract.routes[0]!.responses, contract.$defs), warnings }).toEqual(
      {
        responses: {
          200: '{ me: User; tenant: { name: string } }',
          401: problem(401, "'who'"),
        },
        warnings: [],
      },
    );
  });
});
