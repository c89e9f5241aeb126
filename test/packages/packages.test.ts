import fs from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stopProcesses } from '@gati/test-kit/processes';
import { temporaryFolder } from '@gati/test-kit/temporary-folder';
import { type Case, readCases } from './helpers/cases.ts';
import { installApp, versionOf } from './helpers/install-app.ts';
import { type GroupResult, runGroup } from './helpers/run-group.ts';
import { type Row, writePage } from './helpers/write-page.ts';

/** Packages that share one app, one development server and one build. */
const GROUP_SIZE = 9;

const named = process.env['GATI_PACKAGES']?.split(',');
const cases = readCases().filter(({ name }) => !named || named.includes(name));
const groups = Array.from({ length: Math.ceil(cases.length / GROUP_SIZE) }, (_, index) =>
  cases.slice(index * GROUP_SIZE, (index + 1) * GROUP_SIZE),
);
/** Keeps the installation for the next run. */
const kept = process.env['GATI_PACKAGES_APP'];

let app: string;
const rows: Row[] = [];

beforeAll(async () => {
  app = kept ?? temporaryFolder('packages');
  fs.mkdirSync(app, { recursive: true });
  await installApp(app, kept ? readCases() : cases);
});
afterAll(stopProcesses);

describe.each(groups.map((group) => ({ group, names: group.map(({ name }) => name).join(', ') })))(
  '$names',
  ({ group }) => {
    let result: GroupResult;
    beforeAll(async () => {
      result = await runGroup(app, group);
    });

    test.each(group)('$name responds alike in development and from a moved build', (each: Case) => {
      const { development, built } = result.responses.get(each.name)!;
      rows.push({
        ...each,
        versions: each.packages.map((name) => versionOf(app, name)),
        kept: result.kept,
        works:
          development.status === 200 && built.status === 200 && built.body === development.body,
      });
      expect(development).toMatchObject({ status: 200 });
      expect(built).toEqual(development);
    });
  },
);

afterAll(() => {
  if (!named) writePage(rows);
});
