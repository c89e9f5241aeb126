import path from 'node:path';
import { eventually } from '@gati/test-kit/wait';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestApp, type TestApp } from '../helpers/app.ts';
import { ask, type DevApp, startDev } from '../helpers/dev.ts';

let app: TestApp;
let dev: DevApp;
beforeEach(async () => {
  app = await createTestApp({
    'src/migrations/1_notes.sql': 'CREATE TABLE notes (text TEXT);',
    'src/handlers/notes.ts':
      "export const handler = (req, res, gctx) => gctx.db.prepare('SELECT * FROM notes').all();\n",
  });
  process.env.GATI_DATABASE = `sqlite:${path.join(app.root, 'notes.db')}`;
  dev = await startDev(app.root);
});
afterEach(async () => {
  delete process.env.GATI_DATABASE;
  await dev.close();
  await app.dispose();
});

test('the development server applies new migrations, and rejects an edit of an applied one', async () => {
  expect(await ask(dev, '/notes')).toMatchObject({ status: 200, body: [] });
  expect(dev.log.join('\n')).toContain('applied the migration 1_notes.sql');
  // An editor creates an empty file first.
  await app.write('src/migrations/2_first.sql', '');
  await app.write('src/handlers/two.ts', 'export const handler = () => 2;\n');
  await eventually(async () => expect((await ask(dev, '/two')).body).toBe(2));
  await app.write('src/migrations/2_first.sql', "INSERT INTO notes VALUES ('first');");
  await eventually(async () =>
    expect((await ask(dev, '/notes')).body).toEqual([{ text: 'first' }]),
  );
  await app.write('src/migrations/1_notes.sql', 'CREATE TABLE notes (text TEXT, at TEXT);');
  await eventually(() =>
    expect(dev.log.join('\n')).toMatch(/GATI_MIGRATE_HISTORY: .*1_notes\.sql has changed/),
  );
  await app.write('src/migrations/1_notes.sql', 'CREATE TABLE notes (text TEXT);');
  await eventually(() => expect(dev.log.join('\n')).toContain('repaired'));
});
