import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assembleContract, type Contract, parseManifest, printManifest } from '@gati/contract';
import { toManifest } from '../../../src/emit/manifest.ts';
import { type Analyzed, analyzeRoutes } from '../helpers/analyze-routes.ts';
import { ENGINES } from '../helpers/project.ts';

/** The compilers sort each of these in ways of their own. */
const TYPES = `
import * as z from 'zod';
type State = 'pending' | 'active' | 'closed';
type Size = 10 | 2 | 30;
type Wide = State | 'archived' | 5;
type Maybe<T> = 'none' | T;
enum Color { Red = 'red', Blue = 'blue', Amber = 'amber' }
interface Zebra { z: 'z'; a: string }
interface Ant { b: 'a'; a?: string }
interface All {
  size: Size; state: State; wide?: Wide; inline: 'small' | 'big' | null; maybe: Maybe<'a' | 'all'>;
  color: Color; colors: (Color | 'none')[]; list: ('new' | 'all')[]; optional?: 'x' | 'b' | undefined;
  animal: Zebra | Ant; values: string | number | boolean; readonly deep: readonly ('q' | 'p')[];
}
declare function pick(): 'zero' | 'a';
`;

const ORDER = {
  size: [10, 2, 30],
  state: ['pending', 'active', 'closed'],
  wide: ['pending', 'active', 'closed', 'archived'],
  inline: ['small', 'big'],
  maybe: ['none', 'a', 'all'],
  color: ['red', 'blue', 'amber'],
  colors: ['red', 'blue', 'amber', 'none'],
  list: ['new', 'all'],
  optional: ['x', 'b'],
  deep: ['q', 'p'],
};

/** Returns the values of the first `enum` in a schema, through references. */
function enumIn(schema: unknown, $defs: Contract['$defs']): unknown {
  if (typeof schema !== 'object' || schema === null) return undefined;
  const { $ref, enum: values } = schema as { $ref?: string; enum?: unknown[] };
  if (values) return values;
  if ($ref) return enumIn($defs[$ref.slice('#/$defs/'.length)], $defs);
  for (const each of Object.values(schema)) {
    const found = enumIn(each, $defs);
    if (found) return found;
  }
  return undefined;
}

describe.each(ENGINES)('the order of a contract (%s)', (engine) => {
  let app: Analyzed;
  beforeAll(async () => {
    app = await analyzeRoutes(engine, {
      types: [
        'POST /types',
        `${TYPES}export type Body = All;\nexport const handler: Handler<typeof route> = () => ({ z: pick(), a: 1 });`,
      ],
      values: [
        'POST /values',
        `${TYPES}export const body = z.object({ z: z.enum(['b', 'a']), a: z.union([z.string(), z.number()]), m: z.literal([3, 1]) });\nexport const handler: Handler<typeof route> = (req) => ({ b: req.body.z, a: req.query.x });`,
      ],
    });
  });
  afterAll(() => app.close());

  test('is the order of the types, in enums, required and properties', () => {
    const { contract, $defs } = app.of('types');
    const { properties = {}, required } = contract.body!.schema;
    expect(
      Object.fromEntries(Object.keys(ORDER).map((name) => [name, enumIn(properties[name], $defs)])),
    ).toEqual(ORDER);
    expect(Object.keys(properties)).toEqual([
      'size',
      'state',
      'wide',
      'inline',
      'maybe',
      'color',
      'colors',
      'list',
      'optional',
      'animal',
      'values',
      'deep',
    ]);
    expect(required).toEqual(
      Object.keys(properties).filter((name) => name !== 'wide' && name !== 'optional'),
    );
    expect(properties['animal']!.anyOf!.map(({ $ref }) => $ref)).toEqual([
      '#/$defs/Zebra',
      '#/$defs/Ant',
    ]);
    expect(properties['values']!.anyOf).toEqual([
      { type: 'string' },
      { type: 'number' },
      { type: 'boolean' },
    ]);
    expect(properties['color']).toEqual({ $ref: '#/$defs/Color' });
    expect($defs['Zebra']!.required).toEqual(['z', 'a']);
  });

  test('is the order of schema values', () => {
    const { properties = {}, required } = app.of('values').contract.body!.schema;
    expect(required).toEqual(['z', 'a', 'm']);
    expect(properties).toMatchObject({
      z: { enum: ['b', 'a'] },
      a: { anyOf: [{ type: 'string' }, { type: 'number' }] },
      m: { enum: [3, 1] },
    });
  });

  test('survives the manifest, and does not change the id of a release', () => {
    const parts = ['types', 'values'].map((name) => app.of(name));
    const contract = assembleContract({ routes: parts });
    const manifest = toManifest({ app: { name: 'a', version: '1.0.0' }, contract });
    const read = parseManifest(printManifest(manifest));
    expect(JSON.stringify(read.contract.routes[0]!.body!.schema)).not.toBe('');
    expect(Object.keys(read.contract.routes[0]!.body!.schema.properties!)[0]).toBe('size');
    const turned = structuredClone(contract);
    for (const { body } of turned.routes) body!.schema.required!.reverse();
    expect(toManifest({ app: { name: 'a', version: '1.0.0' }, contract: turned }).release.id).toBe(
      manifest.release.id,
    );
  });
});
