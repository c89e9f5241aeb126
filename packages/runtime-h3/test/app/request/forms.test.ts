import type { Schema } from '@gati/contract';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { check } from '../../helpers/bundle.ts';
import { adapters, useTarget } from '../../helpers/target.ts';

const date: Schema = { type: 'string', format: 'date-time', 'x-gati-codec': 'date' };
const file: Schema = { format: 'binary', 'x-gati-codec': 'file' };
const list = (items: Schema): Schema => ({ type: 'array', items });

/** What HTML sends for one input, and what the handler gets for its field. */
const inputs: [what: string, schema: Schema, sent: string[], got: unknown][] = [
  ['an empty number', { type: 'number' }, [''], undefined],
  ['an empty integer or null', { anyOf: [{ type: 'integer' }, { type: 'null' }] }, [''], undefined],
  ['an empty date', date, [''], undefined],
  ['an empty calendar day', { type: 'string', format: 'date' }, [''], undefined],
  ['an empty email address', { type: 'string', format: 'email' }, [''], undefined],
  ['a select without a choice', { enum: ['a', 'b'] }, [''], undefined],
  ['a select with an empty choice', { enum: ['', 'b'] }, [''], ''],
  ['an empty text', { type: 'string' }, [''], ''],
  ['an empty text or number', { anyOf: [{ type: 'string' }, { type: 'number' }] }, [''], ''],
  ['numbers, one of them empty', list({ type: 'number' }), ['1', '', '3'], [1, 3]],
  ['texts, one of them empty', list({ type: 'string' }), ['a', ''], ['a', '']],
  ['one empty number of a list', list({ type: 'number' }), [''], []],
  ['a checked checkbox', { type: 'boolean' }, ['on'], true],
  ['an unchecked checkbox', { type: 'boolean' }, [], undefined],
  ['checkboxes of a list', list({ type: 'boolean' }), ['on', 'false'], [true, false]],
  ['`on` as a text', { anyOf: [{ type: 'string' }, { type: 'boolean' }] }, ['on'], 'on'],
  ['the text null', { type: 'string' }, ['null'], 'null'],
  ['the text null, or null', { anyOf: [{ type: 'string' }, { type: 'null' }] }, ['null'], 'null'],
  ['null', { type: 'null' }, ['null'], null],
];

describe.each(adapters)('forms as HTML sends them over %s', (_name, open) => {
  const target = useTarget(open);
  const contentTypes = ['application/x-www-form-urlencoded', 'multipart/form-data'];
  const start = (v: Schema, required: string[] = []): Promise<unknown> =>
    target.start({
      'POST /form': {
        body: { type: 'object', properties: { v, other: { type: 'string' } }, required },
        contentTypes,
        handler: (req) => {
          const got = (req.body as { v?: unknown }).v;
          return { v: got === undefined ? 'absent' : got instanceof File ? got.name : got };
        },
      },
    });
  const form = (kind: string, values: (string | File)[]): FormData | URLSearchParams => {
    const fields = kind === 'multipart' ? new FormData() : new URLSearchParams();
    fields.append('other', 'x');
    for (const value of values) fields.append('v', value as string);
    return fields;
  };
  const post = async (body: FormData | URLSearchParams): Promise<[number, unknown]> => {
    const response = await target.call('/form', { method: 'POST', body });
    return [response.status, await response.json()];
  };

  describe.each(['urlencoded', 'multipart'])('as %s', (kind) => {
    test.each(inputs)('reads %s', async (_what, schema, sent, got) => {
      await start(schema);
      expect(await post(form(kind, sent))).toEqual([
        200,
        { v: got === undefined ? 'absent' : got },
      ]);
    });

    test.each(inputs.filter(([, , , got]) => got === undefined))(
      'responds 400 to %s where the field is required',
      async (_what, schema, sent) => {
        await start(schema, ['v']);
        expect(await post(form(kind, sent))).toMatchObject([
          400,
          { errors: [{ path: '/v', rule: 'required' }] },
        ]);
      },
    );

    test.each([
      list({ type: 'string' }),
      list(date),
      { ...list({ type: 'number' }), 'x-gati-codec': 'set' },
    ])('reads a missing required list as the empty list, case %#', async (schema) => {
      await start(schema as Schema, ['v']);
      expect(await post(form(kind, []))).toEqual([200, { v: [] }]);
      await start(schema as Schema);
      expect(await post(form(kind, []))).toEqual([200, { v: 'absent' }]);
    });
  });

  test('reads a file input without a file as absent', async () => {
    const none = new File([], '', { type: 'application/octet-stream' });
    await start(file);
    expect(await post(form('multipart', [none]))).toEqual([200, { v: 'absent' }]);
    expect(await post(form('multipart', [new File([], 'empty.txt')]))).toEqual([
      200,
      { v: 'empty.txt' },
    ]);
    await start(file, ['v']);
    expect(await post(form('multipart', [none]))).toMatchObject([
      400,
      { errors: [{ path: '/v', rule: 'required' }] },
    ]);
    await start(list(file), ['v']);
    expect(await post(form('multipart', [none]))).toEqual([200, { v: [] }]);
    expect(await post(form('multipart', []))).toEqual([200, { v: [] }]);
  });

  test('reads a form without any field', async () => {
    await start(list({ type: 'string' }), ['v']);
    expect(await post(new URLSearchParams())).toEqual([200, { v: [] }]);
    await start({ type: 'string' }, ['v']);
    expect(await post(new URLSearchParams())).toMatchObject([400, { errors: [{ path: '/v' }] }]);
  });

  test('reads a missing required list of a query as the empty list', async () => {
    const query: Schema = {
      allOf: [{ $ref: '#/$defs/Page' }],
      type: 'object',
      properties: { ids: list({ type: 'string' }), one: { anyOf: [list({}), { type: 'string' }] } },
      required: ['ids'],
    };
    const Page: Schema = {
      type: 'object',
      properties: { tags: list({ type: 'number' }) },
      required: ['tags'],
    };
    await target.start({ 'GET /ids': { query, handler: (req) => req.query } }, {}, { Page });
    expect(await (await target.call('/ids')).json()).toEqual({ ids: [], tags: [] });
    expect(await (await target.call('/ids?ids=a&tags=1')).json()).toEqual({
      ids: ['a'],
      tags: [1],
    });
  });

  test('keeps 400 for an empty number in a query', async () => {
    await target.start({
      'GET /q': {
        query: { type: 'object', properties: { n: { type: 'number' } } },
        handler: () => ({}),
      },
    });
    expect((await target.call('/q?n=')).status).toBe(400);
  });

  test('gives a schema value what the form means', async () => {
    const schema = z.object({
      age: z.number().optional(),
      terms: z.boolean().optional(),
      tags: z.array(z.string().trim()),
      note: z.string().nullable(),
    });
    const { $schema: _, ...json } = z.toJSONSchema(schema, { io: 'input' });
    await target.start({
      'POST /form': {
        body: json as Schema,
        contentTypes,
        validator: schema,
        handler: (req) => req.body,
      },
    });
    expect(await post(new URLSearchParams('age=&terms=on&note=null'))).toEqual([
      200,
      { terms: true, tags: [], note: 'null' },
    ]);
    expect(check(json as Schema)({ terms: true, tags: [], note: 'null' })).toBe(true);
  });
});
