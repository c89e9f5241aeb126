import { describe, expect, test } from 'vitest';
import {
  assembleContract,
  type Manifest,
  MANIFEST_FORMAT,
  parseManifest,
  printManifest,
} from '../../src/index.ts';
import { parts } from '../helpers/parts.ts';

describe('parseManifest and printManifest', () => {
  const manifest: Manifest = {
    format: MANIFEST_FORMAT,
    name: 'shop',
    release: { version: '1.0.0', id: 'rel_0123456789abcdef' },
    contract: assembleContract({ routes: parts }),
  };

  test('printManifest prints the same bytes for the same content, and parseManifest reads it unchanged', () => {
    const printed = printManifest(manifest);
    expect(printed.endsWith('}\n')).toBe(true);
    expect(parseManifest(printed)).toEqual(manifest);
    expect(printManifest(parseManifest(printed))).toBe(printed);
    const { name, contract, ...rest } = manifest;
    expect(printManifest({ contract, ...rest, name })).toBe(printed);
  });

  test('parseManifest rejects a newer format by its number', () => {
    expect(() => parseManifest({ format: 2, somethingElse: true })).toThrow(
      /GATI_MANIFEST_FORMAT.*format 2.*up to 1/,
    );
  });

  test('accept keys that this version does not know', () => {
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
    ['text that is not JSON', '{', /not valid JSON/],
    ['an array', '[]', /the whole document must be an object, but is an array/],
    ['null instead of an object', null, /must be an object, but is null/],
    [
      'no format',
      broken((m) => Reflect.deleteProperty(m, 'format') && m),
      /: format must be 1, but is absent/,
    ],
    ['no name', broken((m) => Object.assign(m, { name: 3 })), /: name must be a string, but is 3/],
    [
      'an invalid release',
      broken((m) => Object.assign(m.release, { id: null }) && m),
      /release\.id must be a name of letters, .* but is null/,
    ],
    [
      'an unknown method',
      broken((m) => Object.assign(m.contract.routes[1]!, { method: 'FETCH' }) && m),
      /contract\.routes\[1\]\.method must be "GET" or .*"WS", but is "FETCH"/,
    ],
    [
      'an invalid status',
      broken((m) => Object.assign(m.contract.routes[0]!.responses, { abc: {} }) && m),
      /the key contract\.routes\[0\]\.responses\.abc must be a status/,
    ],
    [
      'an unknown type',
      broken((m) => Object.assign(m.contract.$defs['Item']!, { type: 'text' }) && m),
      /contract\.\$defs\.Item\.type must be "string"/,
    ],
    [
      'an unknown keyword',
      broken((m) => Object.assign(m.contract.$defs['Item']!, { if: {} }) && m),
      /contract\.\$defs\.Item\.if must be a keyword of the schema format/,
    ],
    [
      'an invalid property',
      broken((m) => Object.assign(m.contract.$defs['Item']!.properties!, { 'a b': 1 }) && m),
      /Item\.properties\["a b"\] must be an object, but is 1/,
    ],
    [
      'a reference to a missing definition',
      broken((m) => Object.assign(m.contract.routes[0]!, { query: { $ref: '#/$defs/Gone' } }) && m),
      /Gone", which the route "GET \/a" refers to, must be in contract\.\$defs/,
    ],
    [
      'values that are nested too deeply',
      broken((m) => Object.assign(m.contract.$defs, { Deep: deep(5000) }) && m),
      /nested at most 256 deep/,
    ],
  ])('reject a manifest with %s', (_, input, message) => {
    expect(() => parseManifest(input)).toThrow(message);
    expect(() => parseManifest(input)).toThrow(
      expect.objectContaining({ code: 'GATI_MANIFEST_INVALID' }),
    );
  });
});
