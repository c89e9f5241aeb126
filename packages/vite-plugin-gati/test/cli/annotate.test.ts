import { describe, expect, test } from 'vitest';
import {
  annotateGuard,
  annotateHandler,
  annotateMiddleware,
  applyInsertions,
  toOriginal,
} from '../../src/cli/check/annotate.ts';

const fix = (text: string, file = 'src/handlers/a.ts'): string =>
  applyInsertions(text, annotateHandler(file, text, 'GET /a'));
const ROUTE = "export const route = 'GET /a';\n";

describe('annotateHandler', () => {
  test.each([
    [
      'a function',
      `${ROUTE}export async function handler(req, res, gctx, lctx) {\n  return 1;\n}\n`,
      `${ROUTE}export async function handler(...[req, res, gctx, lctx]: Args<typeof route>) {\n  return 1;\n}\n`,
    ],
    [
      'no route export',
      'export function handler(req) {}',
      "export function handler(...[req]: Args<'GET /a'>) {}",
    ],
    [
      'a constant',
      `${ROUTE}export const handler = async (req, res) => 1;`,
      `${ROUTE}export const handler: Handler<typeof route> = async (req, res) => 1;`,
    ],
    [
      'a default function',
      'export default async function (req, res) {}',
      "export default async function (...[req, res]: Args<'GET /a'>) {}",
    ],
    [
      'a default arrow without parentheses',
      'export default req => req.params',
      "export default (...[req]: Args<'GET /a'>) => req.params",
    ],
    [
      'an async arrow without parentheses',
      'export default async req => 1',
      "export default async (...[req]: Args<'GET /a'>) => 1",
    ],
    [
      'a list of exports',
      'function work(req) {}\nexport { work as handler };',
      "function work(...[req]: Args<'GET /a'>) {}\nexport { work as handler };",
    ],
    [
      'a destructured parameter',
      'export function handler({ params }, res) {}',
      "export function handler(...[{ params }, res]: Args<'GET /a'>) {}",
    ],
    [
      'a rest parameter',
      'export function handler(...args) {}',
      "export function handler(...args: Args<'GET /a'>) {}",
    ],
    [
      'comments, lines and a comma at the end',
      'export function handler(\n  req, // in (a)\n  /* , */ res /* ) */, // out\n) {}',
      "export function handler(\n  ...[req, // in (a)\n  /* , */ res /* ) */,]: Args<'GET /a'> // out\n) {}",
    ],
  ])('%s', (_name, before, after) => {
    expect(fix(before)).toBe(after);
    expect(fix(after)).toBe(after);
  });

  test.each([
    ['typed parameters', 'export function handler(req: Req, res) {}'],
    ['a typed constant', 'export const handler: Handler = (req) => 1;'],
    ['no parameters', 'export function handler() {}'],
    ['a wrapper', 'export const handler = wrap((req) => 1);'],
    ['broken text', 'export function handler(req {'],
    ['another export', 'export function other(req) {}'],
  ])('does not annotate %s', (_name, text) => expect(fix(text)).toBe(text));

  test('does not annotate JavaScript', () =>
    expect(fix('export function handler(req) {}', 'src/handlers/a.js')).toBe(
      'export function handler(req) {}',
    ));

  test('annotates middleware', () => {
    const text = 'export const middleware = (req, res, gctx, lctx, next) => next();';
    expect(applyInsertions(text, annotateMiddleware('_middleware.ts', text, '/'))).toBe(
      text.replace('middleware =', 'middleware: Middleware ='),
    );
    expect(applyInsertions(text, annotateMiddleware('_middleware.ts', text, '/a'))).toBe(
      text.replace('middleware =', "middleware: Middleware<'/a'> ="),
    );
  });

  test('annotates the parameters of a guard, and not the guard, whose result would be hidden', () => {
    const text = 'export const guard = async (req, gctx) => ({ user: req.cookies.user });';
    expect(applyInsertions(text, annotateGuard('_guard.ts', text, '/a'))).toBe(
      text.replace('(req, gctx)', "(...[req, gctx]: Parameters<Guard<'/a'>>)"),
    );
  });
});

describe('toOriginal', () => {
  test('maps every offset of the edited text to the original', () => {
    const text = 'export function handler(req, res) { return req.nope; }';
    const insertions = annotateHandler('a.ts', text, 'GET /a');
    const edited = applyInsertions(text, insertions);
    for (const word of ['export', 'req, ', 'res', ') {', 'return', 'nope', '}']) {
      expect(toOriginal(edited.indexOf(word), insertions)).toBe(text.indexOf(word));
    }
  });
});
