import { describe, expect, test } from 'vitest';
import { scanOf } from './helpers/scan.ts';

describe('a scan', () => {
  test('finds modules, effects, the config and migrations', async () => {
    const found = await scanOf({
      'src/modules/ledger.ts': 'export const reserve = () => true;',
      'src/modules/fx-rates.ts': '',
      'src/modules/nested/x.ts': '',
      'src/effects/capture.ts':
        "export const effect = 'capturePayment'; export async function run() {}",
      'src/effects/send-mail.ts': 'export async function run() {}',
      'src/effects/bad.ts': 'export const x = 1;',
      'src/effects/blank.ts': "export const effect = 'a b/c'; export async function run() {}",
      'src/effects/dotted.ts':
        "export const effect = 'mail.send-now'; export async function run() {}",
      'src/config.ts': 'export default {};',
      'src/versions/v1.ts': '',
      'src/versions/1.x.ts': "export const to = '2.0.0';\nexport default {};",
      'src/versions/2.1.0.ts': "export const to = '2.0.0';\nexport default {};",
      'src/versions/3.x.ts': 'export default {};',
      'src/versions/4.x.ts': "export const to = '5.0.0';",
      'src/other.ts': 'syntax error (',
    });
    expect(found).toMatchObject({
      routes: [],
      modules: [
        { name: 'fxRates', file: 'src/modules/fx-rates.ts' },
        { name: 'ledger', file: 'src/modules/ledger.ts' },
      ],
      effects: [
        { name: 'capturePayment', file: 'src/effects/capture.ts' },
        { name: 'mail.send-now', file: 'src/effects/dotted.ts' },
        { name: 'sendMail', file: 'src/effects/send-mail.ts' },
      ],
      config: 'src/config.ts',
      versions: [{ from: '1.x', to: '2.0.0', file: 'src/versions/1.x.ts' }],
      diagnostics: [
        { code: 'GATI_EFFECT_RUN_MISSING', file: 'src/effects/bad.ts' },
        {
          code: 'GATI_NAME_INVALID',
          file: 'src/effects/blank.ts',
          message: "'a b/c' can't be an effect name.",
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/2.1.0.ts',
          message: '2.1.0 is migrated to 2.0.0, which is not a later version.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/3.x.ts',
          message: 'The file does not say which version it migrates 3.x to.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/4.x.ts',
          message: 'The file exports no migration.',
        },
        {
          code: 'GATI_MIGRATION_INVALID',
          file: 'src/versions/v1.ts',
          message: "'v1' is neither a version nor a range of versions.",
        },
      ],
    });
  });

  test('reports invalid settings of effects', async () => {
    const run = 'export async function run() {}';
    const { diagnostics, effects } = await scanOf({
      'src/effects/good.ts': `const MINUTE = 60 * 1000;
export const schedule = '0 3 * * 1-5', timezone = 'Europe/Berlin';
export const retry = { attempts: 3, delay: 5 * MINUTE, max: 30 * MINUTE };
export const concurrency = 1;
export const rateLimit = { max: 10, per: MINUTE } as const;
export const timeout = Number(process.env.TIMEOUT ?? 1000);
${run}`,
      'src/effects/a.ts': `export const schedule = '0 25 * * *';\n${run}`,
      'src/effects/b.ts': `export const schedule = '0 3 * * *';\nexport const timezone = 'Europe/Atlantis';\n${run}`,
      'src/effects/c.ts': `export const schedule = '0 0 30 2 *';\n${run}`,
      'src/effects/d.ts': `${run}\nexport const concurrency = 0;`,
      'src/effects/e.ts': `${run}\nexport const retry = { tries: 3 };`,
      'src/effects/f.ts': `${run}\nexport const rateLimit = { max: 10 };`,
      'src/effects/g.ts': `${run}\nexport const timeout = -1;`,
    });
    expect(effects).toHaveLength(8);
    expect(
      diagnostics.map(({ code, file, line, message }) => [code, `${file}:${line}`, message]),
    ).toEqual([
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/a.ts:1',
        expect.stringContaining("'0 25 * * *' is not a schedule: "),
      ],
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/b.ts:1',
        expect.stringContaining("'0 3 * * *' in 'Europe/Atlantis' is not a schedule: "),
      ],
      [
        'GATI_EFFECT_SCHEDULE',
        'src/effects/c.ts:1',
        expect.stringContaining("'0 0 30 2 *' is not a schedule: it never "),
      ],
      ['GATI_EFFECT_SETTING', 'src/effects/d.ts:2', "'concurrency' can't be 0."],
      ['GATI_EFFECT_SETTING', 'src/effects/e.ts:2', `'retry' can't be {"tries":3}.`],
      ['GATI_EFFECT_SETTING', 'src/effects/f.ts:2', `'rateLimit' can't be {"max":10}.`],
      ['GATI_EFFECT_SETTING', 'src/effects/g.ts:2', "'timeout' can't be -1."],
    ]);
  });
});
