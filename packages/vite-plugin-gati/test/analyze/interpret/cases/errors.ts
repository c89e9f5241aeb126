import { problem, type ResponseCase } from './response-case.ts';

/** Errors that a handler or its helpers throw. */
export const ERRORS: ResponseCase[] = [
  {
    name: 'thrown HttpError',
    code: 'throw new HttpError(404, "not_found", { id: req.params.id });',
    expect: { 404: problem(404, 'not_found', 'id: string') },
  },
  {
    name: 'thrown subclass of HttpError',
    code: 'throw new NotFound("user");',
    expect: { 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'thrown subclass of a subclass of HttpError',
    code: 'throw new Gone(req.params.id);',
    expect: { 404: problem(404, 'not_found', 'what: string') },
  },
  {
    name: 'thrown subclass with its own code',
    code: 'throw new Teapot("short", 3);',
    expect: { 418: problem(418, 'short', 'size: number') },
  },
  {
    name: 'class from a namespace import',
    code: 'throw new errors.NotFound("user");',
    expect: { 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'helper with the return type never',
    code: 'const user = await load(req.params.id); if (!user) notFound("user"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 404: problem(404, 'not_found', "what: 'user'") },
  },
  {
    name: 'arrow function with the return type never',
    code: 'if (req.params.id) return forbidden(); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 403: problem(403, 'forbidden') },
  },
  {
    name: 'throw of the result of a function',
    code: 'throw makeError();',
    expect: { 402: problem(402, 'pay_first', 'amount: number') },
  },
  {
    name: 'throw of a variable',
    code: 'const error = new HttpError(409, "busy"); throw error;',
    expect: { 409: problem(409, 'busy') },
  },
  {
    name: 'thrown in a callee of a callee',
    code: 'return deep(req.params.id);',
    expect: { 200: '{ id: string }', 422: problem(422, 'empty_id') },
  },
  {
    name: 'thrown in mutual recursion',
    code: 'return { even: even(3) };',
    expect: {
      200: '{ even: boolean }',
      400: problem(400, 'negative'),
      413: problem(413, 'too_far'),
    },
  },
  {
    name: 'status of an error from an argument',
    code: 'if (req.params.id) checked(410); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 410: problem(410, 'checked') },
  },
  {
    name: 'conditional status of an error',
    code: 'throw new HttpError(req.params.id === "x" ? 404 : 410, "gone");',
    expect: { 404: problem(404, 'gone'), 410: problem(410, 'gone') },
  },
  {
    name: 'unknown status of an error',
    code: 'throw new HttpError(Number(req.params.id), "odd");',
    expect: {
      default:
        "application/problem+json { type: string; title: string; status: number; code: 'odd' }",
    },
    warnings: ['GATI_STATUS_UNKNOWN'],
  },
  {
    name: 'plain error, which the contract does not list',
    code: 'if (req.params.id) throw new Error("no"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
  },
  {
    name: 'error that is caught',
    code: 'try { throw new HttpError(404, "x"); } catch { return { ok: "caught" }; }',
    expect: { 200: "{ ok: 'caught' }" },
  },
  {
    name: 'error that is rethrown',
    code: 'try { deep(req.params.id); } catch (error) { throw error; } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 422: problem(422, 'empty_id') },
  },
  {
    name: 'HttpError that is rethrown after a test',
    code: 'try { deep(req.params.id); } catch (error) { if (error instanceof HttpError) throw error; res.status = 500; return { error: "Other" }; } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 422: problem(422, 'empty_id'), 500: "{ error: 'Other' }" },
  },
  {
    name: 'other error thrown in catch',
    code: 'try { await load("1"); } catch { throw new HttpError(502, "upstream"); } return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }", 502: problem(502, 'upstream') },
  },
  {
    name: 'finally that changes the status',
    code: 'try { return res.json({ a: "x" }); } finally { res.status = 203; }',
    expect: { 203: "{ a: 'x' }" },
  },
  {
    name: 'finally that returns',
    code: 'try { throw new HttpError(404, "x"); } finally { return { a: "x" }; }',
    expect: { 200: "{ a: 'x' }" },
  },
  {
    name: 'status before a call that may fail',
    code: 'res.status = 201; try { await load("1"); res.status = 202; } catch { return { error: "Failed" }; } return { ok: "y" };',
    expect: { 201: "{ error: 'Failed' }", 202: "{ ok: 'y' }" },
  },
  {
    name: 'thrown in a callback',
    code: 'const all = [1, 2].map((n) => { if (n > 1) throw new HttpError(400, "too_big"); return n; }); return { all };',
    expect: { 200: '{ all: number[] }', 400: problem(400, 'too_big') },
  },
  {
    name: 'HttpError with a status that is not an error',
    code: 'if (req.params.id) throw new HttpError(302, "moved"); return { ok: "y" };',
    expect: { 200: "{ ok: 'y' }" },
    warnings: ['GATI_STATUS_INVALID'],
  },
];
