import { describe, expect, test } from 'vitest';
import {
  assembleContract,
  canonicalJson,
  type Manifest,
  MANIFEST_FORMAT,
  parseManifest,
  printManifest,
  type RouteContract,
  type RoutePart,
} from '../src/index.ts';

const route = (id: string, more: Partial<RouteContract> = {}): RouteContract => {
  const [method, path] = id.split(' ') as [RouteContract['method'], string];
  return {
    id,
    method,
    path,
    domain: 'root',
    name: [method.toLowerCase()],
    file: 'src/handlers/a.ts',
    responses: {},
    ...more,
  };
};

const parts: RoutePart[] = [
  {
    contract: route('POST /b', {
      body: {
        contentTypes: ['application/json'],
        required: true,
        schema: { $ref: '#/$defs/Item' },
      },
      responses: {
        default: { schema: {} },
        '409': { schema: { anyOf: [{ const: 'b' }, { const: 'a' }] } },
        '201': {},
      },
    }),
    $defs: { Item: { type: 'number' }, Unused: {} },
  },
  {
    contract: route('GET /a', { query: { $ref: '#/$defs/Item' } }),
    $defs: { Item: { type: 'object', properties: { q: { type: 'string' } } } },
  },
];

describe('assembling', () => {
  const contract = assembleContract({
    routes: parts,
    effects: [
      {
        contract: { name: 'mail', file: 'src/effects/mail.ts', payload: { $ref: '#/$defs/Item' } },
        $defs: { Item: { type: 'number' } },
      },
      { contract: { name: 'capture', file: 'src/effects/capture.ts' }, $defs: {} },
    ],
    modules: [
      { name: 'z', file: 'src/modules/z.ts' },
      { name: 'a', file: 'src/modules/a.ts' },
    ],
  });

  test('sorts, renames what clashes in the order of the routes, and keeps only what is used', () => {
    expect(contract.routes.map(({ id }) => id)).toEqual(['GET /a', 'POST /b']);
    expect(contract.effects.map(({ name }) => name)).toEqual(['capture', 'mail']);
    expect(contract.modules.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(contract.routes[0]!.query).toEqual({ $ref: '#/$defs/Item' });
    expect(contract.routes[1]!.body!.schema).toEqual({ $ref: '#/$defs/Item2' });
    expect(contract.effects[1]!.payload).toEqual({ $ref: '#/$defs/Item2' });
    expect(Object.keys(contract.$defs)).toEqual(['Item', 'Item2']);
  });

  test('gives canonical schemas and responses in order', () => {
    expect(contract.routes[1]!.responses['409']!.schema).toEqual({ enum: ['a', 'b'] });
    expect(Object.keys(contract.routes[1]!.responses)).toEqual(['201', '409', 'default']);
  });

  test('does not depend on the order of the parts and leaves them as they are', () => {
    const before = canonicalJson(parts);
    expect(canonicalJson(assembleContract({ routes: parts.toReversed() }))).toBe(
      canonicalJson(assembleContract({ routes: parts })),
    );
    expect(canonicalJson(parts)).toBe(before);
  });
});

describe('the manifest', () => {
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    name: 'shop',
    release: { version: '1.0.0', id: 'rel_0123456789abcdef' },
    contract: assembleContract({ routes: parts }),
  };

  test('is printed the same for the same content and read back unchanged', () => {
    const printed = printManifest(manifest);
    expect(printed.endsWith('}\n')).toBe(true);
    expect(parseManifest(printed)).toEqual(manifest);
    expect(printManifest(parseManifest(printed))).toBe(printed);
    const { name, contract, ...rest } = manifest;
    expect(printManifest({ contract, ...rest, name })).toBe(printed);
  });

  test('of a newer format is refused by its number', () => {
    expect(() => parseManifest({ format: 2, somethingElse: true })).toThrow(
      /GATI_MANIFEST_FORMAT.*format 2.*up to 1/,
    );
  });

  test('may hold more than this version knows', () => {
    expect(parseManifest({ ...manifest, changes: [] })).toHaveProperty('changes');
  });

  const broken = (
    change: (copy: ReturnType<typeof structuredClone<Manifest>>) => unknown,
  ): unknown => {
    const copy = structuredClone(manifest);
    return change(copy) ?? copy;
  };
  const deep = (depth: number): unknown => (depth === 0 ? {} : { not: deep(depth - 1) });

  test.each<[string, unknown, RegExp]>([
    ['text that is no JSON', '{', /not valid JSON/],
    ['no object', '[]', /the whole document must be an object, but is an array/],
    ['null', null, /must be an object, but is null/],
    [
      'no format',
      broken((m) => Reflect.deleteProperty(m, 'format') && m),
      /: format must be 1, but is absent/,
    ],
    ['no name', broken((m) => Object.assign(m, { name: 3 })), /: name must be a string, but is 3/],
    [
      'a bad release',
      broken((m) => Object.assign(m.release, { id: null }) && m),
      /release\.id must be a string, but is null/,
    ],
    [
      'a bad method',
      broken((m) => Object.assign(m.contract.routes[1]!, { method: 'FETCH' }) && m),
      /contract\.routes\[1\]\.method must be "GET" or .*"WS", but is "FETCH"/,
    ],
    [
      'a bad status',
      broken((m) => Object.assign(m.contract.routes[0]!.responses, { abc: {} }) && m),
      /the key contract\.routes\[0\]\.responses\.abc must be a status/,
    ],
    [
      'a bad type',
      broken((m) => Object.assign(m.contract.$defs['Item']!, { type: 'text' }) && m),
      /contract\.\$defs\.Item\.type must be "string"/,
    ],
    [
      'an unknown keyword',
      broken((m) => Object.assign(m.contract.$defs['Item']!, { if: {} }) && m),
      /contract\.\$defs\.Item\.if must be a keyword of the schema format/,
    ],
    [
      'a bad property',
      broken((m) => Object.assign(m.contract.$defs['Item']!.properties!, { 'a b': 1 }) && m),
      /Item\.properties\["a b"\] must be an object, but is 1/,
    ],
    [
      'a reference to nothing',
      broken((m) => Object.assign(m.contract.routes[0]!, { query: { $ref: '#/$defs/Gone' } }) && m),
      /Gone", which the route "GET \/a" refers to, must be in contract\.\$defs/,
    ],
    [
      'far too deep',
      broken((m) => Object.assign(m.contract.$defs, { Deep: deep(5000) }) && m),
      /nested at most 256 deep/,
    ],
  ])('with %s is refused', (_, input, message) => {
    expect(() => parseManifest(input)).toThrow(message);
    expect(() => parseManifest(input)).toThrow(
      expect.objectContaining({ code: 'GATI_MANIFEST_INVALID' }),
    );
  });
});
