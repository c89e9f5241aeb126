import { describe, expect, test } from 'vitest';
import { HANDLER, scanOf } from './helpers/scan.ts';

const RUN = 'export function run() {}\n';

describe('GATI_EXPORT_MISSPELT', () => {
  test.each([
    ['handler', 'export type Boddy = { a: string };', 'Body'],
    ['handler', 'export type body = { a: string };', 'Body'],
    ['handler', 'export interface Querry { a: string }', 'Query'],
    ['handler', 'export type Header = { a: string };', 'Headers'],
    ['handler', 'export type Parms = { a: string };', 'Params'],
    ['handler', 'export const Body = {};', 'body'],
    ['handler', 'export const qurey = {};', 'query'],
    ['handler', "export const acept = ['json'];", 'accept'],
    ['handler', 'export const allowCrossite = true;', 'allowCrossSite'],
    ['effect', 'export const concurency = 2;', 'concurrency'],
    ['effect', "export const scheduel = '0 3 * * *';", 'schedule'],
    ['effect', "export const timeZone = 'UTC';", 'timezone'],
  ])('is reported in a %s for %s', async (role, text, meant) => {
    const { diagnostics } = await scanOf(
      role === 'handler'
        ? { 'src/handlers/a.ts': `${text}\n${HANDLER}` }
        : { 'src/handlers/a.ts': HANDLER, 'src/effects/a.ts': `${text}\n${RUN}` },
    );
    expect(diagnostics).toMatchObject([
      {
        code: 'GATI_EXPORT_MISSPELT',
        level: 'warning',
        file: role === 'handler' ? 'src/handlers/a.ts' : 'src/effects/a.ts',
        message: expect.stringContaining(`'${meant}'`),
      },
    ]);
  });

  test.each([
    'export type Body = { a: string };\nexport type Boddy = string;',
    'export interface Order { id: string }',
    'export type Response = string;',
    'export const names = [];',
    'export const load = 1;',
  ])('is not reported for %s', async (text) => {
    const { diagnostics } = await scanOf({ 'src/handlers/a.ts': `${text}\n${HANDLER}` });
    expect(diagnostics).toEqual([]);
  });
});
