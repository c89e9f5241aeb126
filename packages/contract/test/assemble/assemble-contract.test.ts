import { describe, expect, test } from 'vitest';
import { assembleContract, canonicalJson } from '../../src/index.ts';
import { parts } from '../helpers/parts.ts';

describe('assembleContract', () => {
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

  test('sorts, numbers clashing definitions in the order of the routes, and drops unused ones', () => {
    expect(contract.routes.map(({ id }) => id)).toEqual(['GET /a', 'POST /b']);
    expect(contract.effects.map(({ name }) => name)).toEqual(['capture', 'mail']);
    expect(contract.modules.map(({ name }) => name)).toEqual(['a', 'z']);
    expect(contract.routes[0]!.query).toEqual({ $ref: '#/$defs/Item' });
    expect(contract.routes[1]!.body!.schema).toEqual({ $ref: '#/$defs/Item2' });
    expect(contract.effects[1]!.payload).toEqual({ $ref: '#/$defs/Item2' });
    expect(Object.keys(contract.$defs)).toEqual(['Item', 'Item2']);
  });

  test('returns canonical schemas and sorted responses', () => {
    expect(contract.routes[1]!.responses['409']!.schema).toEqual({ enum: ['b', 'a'] });
    expect(Object.keys(contract.routes[1]!.responses)).toEqual(['201', '409', 'default']);
  });

  test('ignores the order of the parts and does not change them', () => {
    const before = canonicalJson(parts);
    expect(canonicalJson(assembleContract({ routes: parts.toReversed() }))).toBe(
      canonicalJson(assembleContract({ routes: parts })),
    );
    expect(canonicalJson(parts)).toBe(before);
  });
});
