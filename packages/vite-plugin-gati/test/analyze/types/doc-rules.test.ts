import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyzeRoutes, type Analyzed, type RouteTexts } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

/** Members of a body, each with what a warning says. */
const LOST: Record<string, { member: string; says: string }> = {
  'a rule after a description': {
    member: '/** The age. @minimum 0 */ age: number',
    says: '`@minimum` of `age`',
  },
  'a rule after another rule': {
    member: '/** @minimum 0 @maximum 9 */ age: number',
    says: '`@maximum` of `age`',
  },
  'a rule after another tag': {
    member: '/** @deprecated use born @minimum 0 */ age: number',
    says: '`@minimum` of `age`',
  },
  'a rule with a further line': {
    member: '/** @minimum 0\n * The age. */ age: number',
    says: 'a number must follow it, not "0" and further lines',
  },
  'a rule without a value': { member: '/** @minLength */ a: string', says: 'whole number' },
  'a rule with a wrong value': { member: '/** @minLength three */ a: string', says: '"three"' },
  'a rule with a fraction': { member: '/** @maxItems 1.5 */ a: string[]', says: '"1.5"' },
  'a rule in other case': { member: '/** @minlength 3 */ a: string', says: '`@minLength`?' },
  'a misspelt rule': { member: '/** @minLenght 3 */ a: string', says: '`@minLength`?' },
  'the name of another tool': { member: '/** @regex ^a$ */ a: string', says: '`@pattern`?' },
  'a short name': { member: '/** @max 3 */ a: number', says: '`@maximum`?' },
  'a rule of another type': { member: '/** @minLength 3 */ a: number', says: 'for a string' },
  'a rule at the end of the line before': {
    member: 'name: string; /** @minLength 3 */\n age: number',
    says: '`@minLength` of `age`',
  },
  'a rule of a constant': { member: "/** @minLength 3 */ a: 'x' | 'y'", says: 'for a string' },
  'a rule of a date': { member: '/** @minimum 3 */ a: Date', says: 'for a number' },
};

const FOUND: Record<string, string> = {
  'rules on their lines':
    '/**\n * The age.\n * @minimum 0\n * @maximum 150\n * @integer\n */\nage: number',
  'rules of a part of a union': '/** @minLength 1 */ a: string | null',
  'a rule of a list': '/** @minItems 1 */ a: string[]',
  'a pattern with an at sign': '/** @pattern ^\\S+ @minimum$ */ a: string',
  'tags of JSDoc':
    '/**\n * Text.\n * @internal\n * @see other\n * @since 1.2\n * @default 3\n */ a: number',
  'an address': '/** Write to ada@minimum.example. */ a: string',
};

const declare = (member: string): string => `export interface Body { ${member} }`;

describe.each(ENGINES)('GATI_DOC_RULE (%s)', (engine) => {
  let app: Analyzed;
  const texts: RouteTexts = {};
  const handler = 'export const handler: Handler<typeof route> = () => 1;';
  const lost = Object.values(LOST);
  const found = Object.values(FOUND);
  for (const [index, { member }] of lost.entries())
    texts[`l${index}`] = [`POST /l${index}`, `${declare(member)}\n${handler}`];
  for (const [index, member] of found.entries())
    texts[`f${index}`] = [`POST /f${index}`, `export interface Body { ${member} }\n${handler}`];
  const literal =
    'export const handler: Handler<typeof route> = (req) => ({ /** Text. @format x */ a: String(req.url) });';
  const COLUMN = literal.indexOf('@format') + 1;
  texts.literal = ['GET /literal', literal];
  texts.places = [
    'POST /places',
    `interface Named {
    /**
     * Text. @minimum 1
     * @minLenght 2
     * @default 3 @maximum 4
     */
    n: number;
    /** @maxLength 3 */
    m: number;
}
export interface Body { one: Named; two: Named[] }
${handler}`,
  ];
  beforeAll(async () => {
    app = await analyzeRoutes(engine, texts);
  });
  afterAll(() => app.close());

  test.each(Object.keys(LOST).map((name, index) => ({ name, index })))(
    'is reported for $name, at its tag',
    ({ index }) => {
      const { warnings } = app.of(`l${index}`);
      // The first line of the file has the route.
      const lines = ['', ...declare(lost[index]!.member).split('\n')];
      for (const { line = 0, column = 0 } of warnings)
        expect(lines[line - 1]!.slice(column - 1)).toMatch(/^@\w/);
      expect(warnings.map(({ code }) => code)).toContain('GATI_DOC_RULE');
      expect(warnings.map(({ message }) => message).join('\n')).toContain(lost[index]!.says);
    },
  );

  test('reports a rule without effect in an object literal of a response', () => {
    expect(app.of('literal').warnings).toMatchObject([
      { code: 'GATI_DOC_RULE', line: 2, column: COLUMN },
    ]);
  });

  test('points at the tag in the comment, once for a type that is used twice', () => {
    expect(app.of('places').warnings).toMatchObject([
      { message: expect.stringContaining('@minimum'), line: 4, column: 14 },
      { message: expect.stringContaining('@minLenght'), line: 5, column: 8 },
      { message: expect.stringContaining('@maximum'), line: 6, column: 19 },
      { message: expect.stringContaining('@maxLength'), line: 9, column: 9 },
    ]);
  });

  test.each(Object.keys(FOUND).map((name, index) => ({ name, index })))(
    'is not reported for $name',
    ({ index }) => {
      expect(app.of(`f${index}`).warnings).toEqual([]);
    },
  );
});
