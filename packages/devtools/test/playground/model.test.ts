import { execFileSync } from 'node:child_process';
import type { JsonValue, Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import type { PlaygroundRoute } from '../../src/api/playground.ts';
import { printCommand } from '../../src/app/lib/curl.ts';
import { authChoices, defaultAuth } from '../../src/app/playground/auth.ts';
import { buildRequest, type Surroundings } from '../../src/app/playground/build-request.ts';
import { checkDraft } from '../../src/app/playground/check-draft.ts';
import { applyCookies } from '../../src/app/playground/cookies.ts';
import { createDraft, type Draft } from '../../src/app/playground/draft.ts';
import { draftFromCapture, draftFromPath } from '../../src/app/playground/draft-from-trace.ts';
import { choiceOf, fieldKind, readNumber } from '../../src/app/playground/field-kind.ts';
import { addEntry, MAX_ENTRIES, parseHistory } from '../../src/app/playground/history.ts';
import { parseJson, printJson, setAt, tryParse } from '../../src/app/playground/json.ts';
import { diffLines } from '../../src/app/playground/line-diff.ts';
import { fromContent, toContent } from '../../src/app/playground/saved.ts';
import { withoutSecrets } from '../../src/app/playground/secrets.ts';
import { selectPath } from '../../src/app/playground/select-path.ts';

const object = (
  properties: Record<string, Schema>,
  required = Object.keys(properties),
): Schema => ({
  type: 'object',
  properties,
  required,
});

const ROUTE: PlaygroundRoute = {
  id: 'POST /orders/:id',
  method: 'POST',
  path: '/api/orders/:id',
  domain: 'orders',
  file: 'src/handlers/orders/update.ts',
  $defs: {
    Item: object({ sku: { type: 'string' }, count: { type: 'integer', minimum: 1 } }),
  },
  contract: {
    params: object({ id: { type: 'string', minLength: 1 } }),
    query: object(
      {
        limit: { type: 'integer', minimum: 1 },
        tags: { type: 'array', items: { type: 'string' } },
        filter: object({ state: { type: 'string' } }),
      },
      ['limit'],
    ),
    headers: object({ 'x-trace': { type: 'string' } }, []),
    body: {
      contentTypes: ['application/json', 'application/x-www-form-urlencoded'],
      required: true,
      schema: object(
        {
          amount: { type: 'integer' },
          items: { type: 'array', items: { $ref: '#/$defs/Item' } },
          password: { type: 'string' },
        },
        ['amount'],
      ),
    },
    responses: {},
    security: [[{ type: 'bearer' }], [{ type: 'apiKey', in: 'cookie', name: 'sid' }]],
  },
};
const NOTHING: Surroundings = { variables: {}, credentials: {}, cookies: {}, files: {} };
const draftOf = (part: Partial<Draft> = {}): Draft => ({ ...createDraft(ROUTE), ...part });
const build = (part: Partial<Draft>, around: Partial<Surroundings> = {}) =>
  buildRequest(draftOf(part), ROUTE, { ...NOTHING, ...around });

describe('a draft', () => {
  test('has an example of each required field, and the first credentials of the contract', () => {
    const draft = createDraft(ROUTE);
    expect(draft).toMatchObject({
      params: { id: 'text' },
      query: { limit: 1 },
      headers: {},
      auth: 'bearer',
      contentType: 'application/json',
    });
    expect(JSON.parse(draft.body)).toMatchObject({ amount: 1, items: [{ sku: 'text', count: 1 }] });
  });

  test('has no example of a file, which a form chooses', () => {
    const file: Schema = { type: 'string', format: 'binary', 'x-gati-codec': 'file' };
    const schema = object({ title: { type: 'string' }, picture: file });
    const body = { contentTypes: ['multipart/form-data'], required: true, schema };
    const draft = createDraft({ ...ROUTE, contract: { ...ROUTE.contract!, body } });
    expect(JSON.parse(draft.body)).toEqual({ title: 'text' });
  });

  test('takes parameters and query from a recorded path', () => {
    const draft = draftFromPath(draftOf(), ROUTE, '/api/orders/a%20b?limit=5&tags=x&tags=y&more=1');
    expect(draft.params).toEqual({ id: 'a b' });
    expect(draft.query).toEqual({ limit: 5, tags: ['x', 'y'] });
    expect(draft.rows).toEqual([{ place: 'query', name: 'more', value: '1', isOn: true }]);
  });

  test('takes the body of a captured request, with variables for what is hidden', () => {
    const message = { headers: [] as [string, string][] };
    const { body, params } = draftFromCapture(draftOf(), ROUTE, {
      kind: 'request',
      traceId: '',
      spanId: '',
      time: 0,
      us: 0,
      version: '1.0.0',
      pid: 1,
      method: 'POST',
      route: '/orders/:id',
      status: 200,
      target: '/api/orders/p1',
      request: {
        headers: [],
        body: { type: 'application/json', text: '{"amount":3,"password":"[redacted]"}' },
      },
      response: message,
    });
    expect(params).toEqual({ id: 'p1' });
    expect(JSON.parse(body)).toEqual({ amount: 3, password: '{{password}}' });
  });

  test('is the same after it was saved and opened', () => {
    const draft = draftOf({
      version: '^1.2',
      headers: { 'x-trace': 'a' },
      rows: [{ place: 'header', name: 'x-more', value: '{{v}}', isOn: false }],
      body: printJson({ amount: '{{amount}}' }),
    });
    expect(fromContent(toContent('A name', draft), ROUTE)).toEqual(draft);
    const text = draftOf({ contentType: 'text/plain', body: 'no json' });
    expect(fromContent(toContent('A name', text), ROUTE)).toEqual(text);
  });
});

describe('a request', () => {
  test('has each value in the form that the server reads', () => {
    const { method, path, headers, body } = build(
      {
        params: { id: 'a/b ?' },
        query: { limit: 2, tags: ['x', 'y&z'], filter: { state: 'on' } },
        version: '1.0.0',
        rows: [
          { place: 'query', name: 'more', value: '', isOn: true },
          { place: 'query', name: 'off', value: '1', isOn: false },
          { place: 'header', name: 'X-More', value: 'v', isOn: true },
          { place: 'cookie', name: 'own', value: '1', isOn: true },
        ],
        body: '{ "amount": 1 }',
      },
      { credentials: { bearer: 't' }, cookies: { sid: 's' } },
    );
    expect(method).toBe('POST');
    expect(path).toBe(
      '/api/orders/a%2Fb%20%3F?limit=2&tags=x&tags=y%26z&filter=%7B%22state%22%3A%22on%22%7D&more=',
    );
    expect(headers).toEqual([
      ['content-type', 'application/json'],
      ['authorization', 'Bearer t'],
      ['cookie', 'sid=s; own=1'],
      ['x-api-version', '1.0.0'],
      ['x-more', 'v'],
    ]);
    expect(body).toEqual({ kind: 'text', text: '{ "amount": 1 }' });
  });

  test('has the credentials of each scheme of the contract', () => {
    const choices = authChoices(ROUTE.contract!.security);
    expect(choices.map(({ key }) => key)).toEqual(['bearer', 'cookie sid', 'basic']);
    expect(
      build({ auth: 'cookie sid' }, { credentials: { 'cookie sid': 'x' } }).headers,
    ).toContainEqual(['cookie', 'sid=x']);
    const basic = { 'basic user': 'ada', 'basic password': 'pé' };
    expect(build({ auth: 'basic' }, { credentials: basic }).headers).toContainEqual([
      'authorization',
      `Basic ${Buffer.from('ada:pé').toString('base64')}`,
    ]);
    expect(defaultAuth([])).toBe('');
    expect(defaultAuth([[], [{ type: 'basic' }]])).toBe('');
    expect(defaultAuth([[{ type: 'apiKey', in: 'query', name: 'key' }]])).toBe('query key');
  });

  test('replaces variables by values of the type of the field, and names the missing ones', () => {
    const draft = {
      params: { id: '{{id}}' },
      query: { limit: '{{limit}}' },
      body: printJson({
        amount: '{{limit}}',
        items: [{ sku: 'a-{{limit}}', count: '{{ none }}' }],
      }),
    };
    const { path, body, missing } = build(draft, { variables: { id: '7', limit: '5' } });
    expect(path).toBe('/api/orders/7?limit=5');
    expect(body).toEqual({
      kind: 'text',
      text: '{"amount":5,"items":[{"sku":"a-5","count":"{{ none }}"}]}',
    });
    expect(missing).toEqual(['none']);
    // A body that is JSON only after the replacement.
    expect(build({ body: '{"amount": {{limit}}}' }, { variables: { limit: '5' } }).body).toEqual({
      kind: 'text',
      text: '{"amount": 5}',
    });
  });

  test('sends a form, a text, a malformed body and no body', () => {
    const form = build({
      contentType: 'application/x-www-form-urlencoded',
      body: '{"amount":1,"note":"a b"}',
    });
    expect(form.body).toEqual({ kind: 'text', text: 'amount=1&note=a%20b' });
    expect(build({ contentType: 'multipart/form-data', body: '{"amount":1}' }).body).toEqual({
      kind: 'form',
      parts: [{ name: 'amount', value: '1' }],
    });
    expect(build({ contentType: 'text/plain', body: 'hi' }).body).toEqual({
      kind: 'text',
      text: 'hi',
    });
    expect(build({ body: '{"amount":' }).body).toEqual({ kind: 'text', text: '{"amount":' });
    expect(build({ contentType: '' }).body).toBeUndefined();
  });

  test('is checked with the rules of the server before it is sent', () => {
    const draft = draftOf({
      params: { id: '' },
      query: { limit: 'many' },
      body: '{"items":[{"count":0}]}',
    });
    const issues = checkDraft(buildRequest(draft, ROUTE, NOTHING), ROUTE, {});
    expect(issues.map(({ part, pointer, rule }) => `${part} ${pointer} ${rule}`)).toEqual([
      'params /id minLength',
      'query /limit type',
      'body /amount required',
      'body /items/0/sku required',
      'body /items/0/count minimum',
    ]);
  });
});

describe('a form', () => {
  test('shows each kind of schema by the field that fits it', () => {
    const kindOf = (schema: Schema, name = 'x') => fieldKind(schema, ROUTE.$defs, name);
    expect(kindOf({ type: 'boolean' })).toEqual({ kind: 'choice', values: [true, false] });
    expect(kindOf({ anyOf: [{ const: 'a' }, { enum: ['b', null] }] })).toEqual({
      kind: 'choice',
      values: ['a', 'b', null],
    });
    expect(kindOf({ type: 'integer' })).toEqual({ kind: 'number', isInteger: true });
    expect(kindOf({ type: 'string', format: 'date-time', 'x-gati-codec': 'date' })).toEqual({
      kind: 'time',
      format: 'date-time',
    });
    expect(kindOf({ type: 'string' }, 'apiToken')).toMatchObject({ isSecret: true });
    expect(kindOf({ 'x-gati-codec': 'file', type: 'string', format: 'binary' })).toEqual({
      kind: 'file',
      isList: false,
    });
    expect(kindOf({ $ref: '#/$defs/Item' })).toMatchObject({
      kind: 'object',
      fields: [{ name: 'sku', isRequired: true }, { name: 'count' }],
    });
    expect(kindOf({ type: 'array', items: { type: 'string' } }).kind).toBe('list');
    expect(kindOf({}).kind).toBe('json');
  });

  test('chooses the alternative of a union by the tag and by the type', () => {
    const schema: Schema = {
      anyOf: [
        object({ kind: { const: 'card' }, number: { type: 'string' } }),
        object({ kind: { const: 'bank' }, iban: { type: 'string' } }),
        { type: 'null' },
      ],
    };
    const union = fieldKind(schema, {}, 'x');
    if (union.kind !== 'union') throw new Error(union.kind);
    expect(union.choices.map(({ label }) => label)).toEqual(['kind: card', 'kind: bank', 'null']);
    expect(choiceOf({ kind: 'bank' }, union.choices, {})).toBe(1);
    expect(choiceOf(null, union.choices, {})).toBe(2);
    expect(choiceOf(7, union.choices, {})).toBe(-1);
  });

  test('keeps text that is no number, and numbers that JavaScript would round', () => {
    expect([readNumber('7'), readNumber('1e3'), readNumber('')]).toEqual([7, 1000, undefined]);
    expect([readNumber('{{n}}'), readNumber('007'), readNumber('9007199254740993')]).toEqual([
      '{{n}}',
      '007',
      '9007199254740993',
    ]);
    const text = '{"big":12345678901234567890,"small":1.50}';
    const expected = 'rawJSON' in JSON ? '12345678901234567890' : '12345678901234567000';
    expect(JSON.stringify(parseJson(text))).toBe(`{"big":${expected},"small":1.5}`);
  });

  test('changes one value and leaves the others and their order', () => {
    const value = { a: 1, b: [{ c: 2 }, 3], d: 4 };
    expect(JSON.stringify(setAt(value, ['b', 0, 'c'], 9))).toBe('{"a":1,"b":[{"c":9},3],"d":4}');
    expect(setAt(value, ['b', 0], undefined)).toEqual({ a: 1, b: [3], d: 4 });
    expect(setAt(value, ['a'], undefined)).toEqual({ b: [{ c: 2 }, 3], d: 4 });
    expect(setAt(undefined, ['x', 0], 1)).toEqual({ x: [1] });
    expect(Object.keys(setAt({}, ['__proto__'], 1) as object)).toEqual(['__proto__']);
  });

  test('names the line and the column of an error in JSON', () => {
    const at = (text: string) => {
      const parsed = tryParse(text);
      return parsed.ok ? 'ok' : `${parsed.line}:${parsed.column}`;
    };
    expect(at('{\n  "a": x\n}')).toBe('2:8');
    expect(at('{"a": 1,}')).toBe('1:9');
    expect(at('[1 2]')).toBe('1:4');
    expect(at('{"a": [1, {"b": 01}]}')).toBe('1:17');
    expect(at('{"a"')).toBe('1:5');
    expect(at('"a\nb"')).toBe('1:1');
    expect(at('[{"a":{}},[],""," ",-1.5e3,true,null]')).toBe('ok');
  });
});

describe('secrets', () => {
  const draft = draftOf({
    query: { api_key: 'k-1', limit: 1 },
    rows: [
      { place: 'header', name: 'Authorization', value: 'Bearer canary', isOn: true },
      { place: 'header', name: 'X-More', value: 'open', isOn: true },
      { place: 'cookie', name: 'sid', value: 'canary', isOn: true },
    ],
    body: printJson({ password: 'canary', nested: { token: ['canary', '{{kept}}'] }, amount: 1 }),
  });

  test('become variables in a draft that is stored', () => {
    const { draft: stored, values } = withoutSecrets(draft);
    expect(JSON.stringify(stored)).not.toContain('canary');
    expect(JSON.parse(stored.body)).toEqual({
      password: '{{password}}',
      nested: { token: ['{{token}}', '{{kept}}'] },
      amount: 1,
    });
    expect(stored.rows.map(({ value }) => value)).toEqual(['{{Authorization}}', 'open', '{{sid}}']);
    expect(values).toMatchObject({ password: 'canary', api_key: 'k-1', sid: 'canary' });
    // With the values, the stored draft sends the same request.
    const around = { ...NOTHING, variables: { ...values, kept: 'v' } };
    const sent = (from: Draft) => buildRequest(from, ROUTE, around);
    expect(sent(stored).headers).toEqual(sent(draft).headers);
    expect(JSON.parse((sent(stored).body as { text: string }).text)).toEqual(
      JSON.parse((sent(draft).body as { text: string }).text),
    );
  });

  test('are also what the schema marks as secret', () => {
    const schema = object({
      pins: { type: 'array', items: { type: 'string', format: 'password' } },
    });
    const body = { contentTypes: ['application/json'], required: true, schema };
    const route = { ...ROUTE, contract: { ...ROUTE.contract!, body } };
    const { draft: stored } = withoutSecrets(draftOf({ body: '{"pins":["12","34"]}' }), route);
    expect(JSON.parse(stored.body)).toEqual({ pins: ['{{pins}}', '{{pins_2}}'] });
  });

  test('of two values with one name get two variables', () => {
    const body = printJson([{ token: 'a' }, { token: 'b' }, { token: 'a' }]);
    const { draft: stored } = withoutSecrets(draftOf({ body }));
    expect(JSON.parse(stored.body).map(({ token }: { token: string }) => token)).toEqual([
      '{{token}}',
      '{{token_2}}',
      '{{token}}',
    ]);
  });

  test('are not in the history, neither in JSON nor in other text', () => {
    const list = addEntry([], { id: '1', time: 1, draft });
    expect(JSON.stringify(list)).not.toContain('canary');
    const text = draftOf({ contentType: 'text/plain', body: 'password=canary' });
    expect(JSON.stringify(addEntry([], { id: '1', time: 1, draft: text }))).not.toContain('canary');
  });
});

describe('the history', () => {
  test('keeps pinned entries and drops the oldest others', () => {
    let list = addEntry([], { id: 'pinned', time: 0, isPinned: true, draft: draftOf() });
    for (let time = 1; time <= MAX_ENTRIES + 5; time++)
      list = addEntry(list, { id: String(time), time, draft: draftOf() });
    expect(list).toHaveLength(MAX_ENTRIES);
    expect(list.at(-1)!.id).toBe('pinned');
    expect(list[0]!.id).toBe(String(MAX_ENTRIES + 5));
  });

  test('reads only entries from a storage that others can write', () => {
    expect(parseHistory('{')).toEqual([]);
    expect(parseHistory('{}')).toEqual([]);
    expect(parseHistory('[null, 1, {"id":"1","time":1,"draft":{}}]')).toEqual([]);
    const entry = { id: '1', time: 1, draft: draftOf() };
    expect(parseHistory(JSON.stringify([entry]))).toEqual([entry]);
  });
});

describe('a response', () => {
  test('is filtered by a path', () => {
    const value: JsonValue = { items: [{ id: 1, 'a.b': 2 }, { id: 3 }], n: null };
    expect(selectPath(value, '')).toEqual([value]);
    expect(selectPath(value, '$')).toEqual([value]);
    expect(selectPath(value, 'items[*].id')).toEqual([1, 3]);
    expect(selectPath(value, '$.items[0]["a.b"]')).toEqual([2]);
    expect(selectPath(value, 'items.0')).toEqual([]);
    expect(selectPath(value, 'none.x')).toEqual([]);
    expect(selectPath(value, '*')).toEqual([value['items'], null]);
    for (const path of ['items[', 'a..b', 'a[b]', '.'])
      expect(() => selectPath(value, path)).toThrow(SyntaxError);
  });

  test('is compared with another by lines', () => {
    const lines = diffLines('a\nb\nc\nd', 'a\nc\nx\nd');
    expect(lines.map(({ kind, text }) => `${kind[0]}${text}`)).toEqual([
      'sa',
      'rb',
      'sc',
      'ax',
      'sd',
    ]);
    expect(diffLines('a', 'a')).toEqual([{ kind: 'same', text: 'a' }]);
  });

  test('sets and deletes cookies by name', () => {
    const first = applyCookies(
      {},
      [
        ['Set-Cookie', 'sid=a=b; Path=/; HttpOnly'],
        ['X', 'y'],
      ],
      0,
    );
    expect(first).toEqual({ sid: 'a=b' });
    expect(applyCookies(first, [['set-cookie', 'sid=; Max-Age=0']], 0)).toEqual({});
    const past = 'sid=; Expires=Thu, 01 Jan 1970 00:00:00 GMT';
    expect(applyCookies(first, [['set-cookie', past]], 1)).toEqual({});
  });
});

test('a copied curl command sends each argument unchanged through a shell', () => {
  const command = printCommand({
    method: 'POST',
    url: `http://localhost/it's?a[]={b}&c=$HOME`,
    headers: [
      ['x-quote', `'"\\ \`id\` $(id)`],
      ['x-empty', ''],
    ],
    body: `@it's "a" $HOME\n!`,
  });
  const script = `curl() { printf '%s\\0' "$@"; }; ${command}`;
  const args = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
  expect(args).toEqual([
    '-g',
    '-X',
    'POST',
    `http://localhost/it's?a[]={b}&c=$HOME`,
    '-H',
    `x-quote: '"\\ \`id\` $(id)`,
    '-H',
    'x-empty;',
    '--data-raw',
    `@it's "a" $HOME\n!`,
  ]);
  expect(printCommand({ method: 'HEAD', url: 'http://x', headers: [] })).toBe(`curl -I 'http://x'`);
  expect(
    printCommand({
      method: 'POST',
      url: 'http://x',
      headers: [],
      body: [{ name: 'f', file: 'a"b' }],
    }),
  ).toBe(String.raw`curl -X POST 'http://x' -F 'f=@"a\"b"'`);
});
