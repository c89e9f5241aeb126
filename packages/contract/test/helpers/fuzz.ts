import { Check } from 'typebox/schema';
import {
  type Contract,
  type Defs,
  type DiffPolicy,
  diffContracts,
  isSubschema,
  type JsonValue,
  mapSchema,
  type RouteContract,
  type Schema,
} from '../../src/index.ts';
import { Random } from './random.ts';
import { makeSample, mutate, type Sample } from './random-schemas.ts';
import { makeValue, spoil } from './random-values.ts';

/** A verdict that a value refutes. */
export interface Unsound {
  seed: number;
  claim: 'subschema' | 'request' | 'response';
  before: Sample;
  after: Sample;
  value: JsonValue;
}

export interface Tally {
  pairs: number;
  /** Number of verdicts "compatible". Too few mean that everything is called major. */
  compatible: { subschema: number; request: number; response: number };
  /** Number of values that were checked against a verdict "compatible". */
  values: number;
  undecidable: number;
  /** Schemas that are not proved to be subschemas of themselves. */
  irreflexive: Sample[];
  unsound: Unsound[];
}

const VALUES_PER_PAIR = 8;

/** Compares random pairs of schemas and checks each verdict with a validator. */
export function fuzz(firstSeed: number, runs: number, policy: DiffPolicy = {}): Tally {
  const tally: Tally = {
    pairs: 0,
    compatible: { subschema: 0, request: 0, response: 0 },
    values: 0,
    undecidable: 0,
    irreflexive: [],
    unsound: [],
  };
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) judge(seed, policy, tally);
  return tally;
}

function judge(seed: number, policy: DiffPolicy, tally: Tally): void {
  const random = new Random(seed);
  const before = makeSample(random);
  const after = random.chance(0.9) ? mutate(random, before) : makeSample(random);
  tally.pairs++;

  const refute = (claim: Unsound['claim'], from: Sample, to: Sample, values: JsonValue[]): void => {
    tally.compatible[claim]++;
    for (const value of values) {
      if (!accepts(from, value)) continue;
      tally.values++;
      if (!accepts(to, value))
        return void tally.unsound.push({ seed, claim, before, after, value });
    }
  };

  // Values of the old schema only: its clients can't send others.
  const sent = Array.from({ length: VALUES_PER_PAIR }, () =>
    makeValue(random, before.schema, before.$defs),
  );
  const answered = Array.from({ length: VALUES_PER_PAIR }, () =>
    makeValue(random, after.schema, after.$defs),
  );
  const any = [
    ...sent,
    ...answered,
    ...[...sent, ...answered].map((value) => spoil(random, value)),
  ];

  if (!isSubschema(before.schema, before.schema, before.$defs)) tally.irreflexive.push(before);
  if (isSubschema(before.schema, after.schema, before.$defs, after.$defs))
    refute('subschema', before, after, any);
  const request = diffContracts(asRequest(before), asRequest(after), policy);
  if (request.bump !== 'major') refute('request', before, after, sent);
  const response = diffContracts(asResponse(before), asResponse(after), policy);
  // Clients ignore fields that they do not know.
  if (response.bump !== 'major') refute('response', after, tolerant(before), any);
  if ([...request.changes, ...response.changes].some(({ rule }) => rule === 'undecidable'))
    tally.undecidable++;
}

function accepts({ schema, $defs }: Sample, value: JsonValue): boolean {
  return Check({ ...schema, $defs }, value);
}

function tolerant({ schema, $defs }: Sample): Sample {
  const open = (part: Schema): Schema =>
    mapSchema(part, ({ additionalProperties, ...rest }) =>
      additionalProperties === false || additionalProperties === undefined
        ? rest
        : { ...rest, additionalProperties },
    );
  return {
    schema: open(schema),
    $defs: Object.fromEntries(Object.entries($defs).map(([name, part]) => [name, open(part)])),
  };
}

export const ROUTE: RouteContract = {
  id: 'POST /a',
  method: 'POST',
  path: '/a',
  domain: 'root',
  name: ['a'],
  file: 'src/handlers/a.ts',
  responses: {},
};

export function asRequest({ schema, $defs }: Sample): Contract {
  return toContract(
    { ...ROUTE, body: { contentTypes: ['application/json'], required: true, schema } },
    $defs,
  );
}

export function asResponse({ schema, $defs }: Sample): Contract {
  return toContract(
    { ...ROUTE, responses: { 200: { contentType: 'application/json', schema } } },
    $defs,
  );
}

export function toContract(route: RouteContract, $defs: Defs = {}): Contract {
  return { routes: [route], effects: [], modules: [], $defs };
}
